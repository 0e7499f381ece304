/**
 * The page's only script: a crosshair over the charts of one replay, by pointer or arrow keys. Without JavaScript the
 * page is complete but for this.
 */
export const SCRIPT = `
(function () {
  "use strict";
  var months = ["Jan","Feb","Mar","Apr","May","Jun","Jul","Aug","Sep","Oct","Nov","Dec"];
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function moment(t, year) { var d = new Date(t * 1000); return d.getUTCDate() + " " + months[d.getUTCMonth()] + " " + (year ? d.getUTCFullYear() + " " : "") + two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + " UTC"; }
  function number(v, digits) { return v.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }); }
  var formats = {
    price: function (v) { return number(v, v >= 1000 ? 0 : v >= 1 ? 2 : 6); },
    percent: function (v) { return number(v * 100, 0) + "%"; },
    money: function (v) { return number(v, 0); },
    size: function (v) { var a = Math.abs(v); return number(v, a === 0 || a >= 100 ? 0 : a >= 10 ? 1 : a >= 1 ? 2 : 3); }
  };
  document.querySelectorAll(".replay").forEach(function (section) {
    var source = section.querySelector("script[type='application/json']");
    var stack = section.querySelector(".stack");
    if (!source || !stack) return;
    var data = JSON.parse(source.textContent);
    var times = data.times, last = times.length - 1, span = times[last] - times[0] || 1, current = last;
    var now = stack.querySelector(".now");
    var legends = [];
    stack.querySelectorAll(".chart").forEach(function (chart) {
      var legend = chart.querySelector(".legend");
      if (!legend) return;
      legends.push({ node: legend, plain: legend.innerHTML, list: legend.tagName === "UL", readouts: data.charts[chart.dataset.chart] || [] });
    });
    function entry(readout, i, list) {
      var value = readout.values[i];
      var text = value === null ? "no limit" : formats[readout.format](value);
      var outer = document.createElement(list ? "li" : "span");
      outer.innerHTML = '<span class="key"><svg class="swatch" viewBox="0 0 20 6" aria-hidden="true"><path d="M0 3H20"/></svg><span></span><span class="value"></span></span>';
      outer.querySelector("path").setAttribute("class", "line " + readout.className);
      var spans = outer.querySelectorAll(".key > span");
      spans[0].textContent = readout.label;
      spans[1].textContent = text;
      return outer;
    }
    function show(i) {
      current = i;
      if (!stack.classList.contains("reading")) {
        // Keep each legend's height, so that the charts stand still under the pointer.
        legends.forEach(function (legend) { legend.node.style.minHeight = legend.node.offsetHeight + "px"; });
        stack.classList.add("reading");
      }
      stack.style.setProperty("--x", (times[i] - times[0]) / span);
      now.textContent = moment(times[i], span > 120 * 86400) + (data.isThinned ? ": " : ", round " + (i + 1) + " of " + times.length + ": ") + data.summaries[i];
      legends.forEach(function (legend) {
        if (!legend.readouts.length) return;
        legend.node.textContent = "";
        legend.readouts.forEach(function (readout) { legend.node.appendChild(entry(readout, i, legend.list)); });
      });
    }
    function hide() {
      stack.classList.remove("reading");
      now.textContent = "";
      legends.forEach(function (legend) { legend.node.innerHTML = legend.plain; legend.node.style.minHeight = ""; });
    }
    function roundAt(time) {
      var low = 0, high = last;
      while (low < high) { var middle = (low + high + 1) >> 1; if (times[middle] <= time) low = middle; else high = middle - 1; }
      return low;
    }
    function follow(event) {
      var plot = stack.querySelector(".plot").getBoundingClientRect();
      var share = Math.min(Math.max((event.clientX - plot.left) / plot.width, 0), 1);
      show(roundAt(times[0] + share * span));
    }
    stack.addEventListener("pointermove", follow);
    stack.addEventListener("pointerdown", follow);
    stack.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") hide(); });
    stack.addEventListener("blur", hide);
    stack.addEventListener("keydown", function (event) {
      var step = event.shiftKey ? 10 : 1;
      var target = { ArrowLeft: current - step, ArrowRight: current + step, Home: 0, End: last }[event.key];
      if (event.key === "Escape") hide();
      if (target === undefined) return;
      event.preventDefault();
      show(Math.min(Math.max(target, 0), last));
    });
  });
})();
`;
