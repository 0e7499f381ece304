/** Mutants of a TypeScript file, from the compiler's syntax tree: comments, strings and types are never touched. */
import ts from "typescript";
import type { Edit } from "./mutant.ts";
import { constantReplacement, nameReplacement, operatorReplacements } from "./replacements.ts";

interface Context {
  readonly file: ts.SourceFile;
  readonly scope: string;
  /** Declared return type of the function around, as written. */
  readonly returns: string;
  readonly edits: Edit[];
}

/** All mutants of a file. */
export function typescriptEdits(source: string): Edit[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ESNext, true);
  const edits: Edit[] = [];
  visit(file, { file, scope: "", returns: "", edits });
  return edits;
}

function visit(node: ts.Node, context: Context): void {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
  const inner = enter(node, context);
  mutate(node, inner);
  ts.forEachChild(node, (part) => visit(part, inner));
}

function enter(node: ts.Node, context: Context): Context {
  if (ts.isFunctionDeclaration(node)) {
    return { ...context, scope: node.name?.text ?? context.scope, returns: node.type?.getText(context.file) ?? "" };
  }
  if (!ts.isArrowFunction(node)) return context;
  const { parent } = node;
  const isNamed = context.scope === "" && ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name);
  return { ...context, scope: isNamed ? parent.name.text : context.scope, returns: node.type?.getText(context.file) ?? "" };
}

function mutate(node: ts.Node, context: Context): void {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) mutateUnary(node, context);
  else if (ts.isBigIntLiteral(node) || ts.isNumericLiteral(node)) mutateNumber(node, context);
  else if (ts.isConditionalExpression(node)) mutateConditional(node, context);
  else if (ts.isReturnStatement(node) && node.expression) mutateResult(node.expression, context);
  else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) mutateResult(node.body, context);
  else if (ts.isCallExpression(node)) mutateName(node.expression, context);
  else mutateToken(node, context);
}

function mutateToken(node: ts.Node, context: Context): void {
  const { file } = context;
  if (ts.isBinaryExpression(node))
    replaceEach(context, node.operatorToken, operatorReplacements(node.operatorToken.getText(file)), "operator");
  else if (node.kind === ts.SyntaxKind.TrueKeyword) replaceEach(context, node, ["false"], "constant");
  else if (node.kind === ts.SyntaxKind.FalseKeyword) replaceEach(context, node, ["true"], "constant");
  else if (ts.isIfStatement(node)) replaceEach(context, node.expression, ["true", "false"], "condition");
  // An endless loop tells nothing that a loop left out does not.
  else if (ts.isWhileStatement(node)) replaceEach(context, node.expression, ["false"], "condition");
  // Deleting `if (…) throw` is what the condition `false` does.
  else if (ts.isExpressionStatement(node)) replaceEach(context, node, ["{}"], "statement");
}

function mutateUnary(node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, context: Context): void {
  const operator = ts.tokenToString(node.operator) ?? "";
  const start = ts.isPrefixUnaryExpression(node) ? node.getStart(context.file) : node.end - operator.length;
  const others = ["!", "-", "~"].includes(operator) ? [""] : operatorReplacements(operator);
  for (const replacement of others) context.edits.push(edit(context, start, start + operator.length, replacement, "operator"));
}

function mutateNumber(node: ts.BigIntLiteral | ts.NumericLiteral, context: Context): void {
  const written = node.getText(context.file).replaceAll("_", "");
  if (!/^(0x[\da-fA-F]+|\d+)n?$/.test(written)) return;
  const suffix = written.endsWith("n") ? "n" : "";
  const value = BigInt(suffix ? written.slice(0, -1) : written);
  replaceEach(context, node, [`${constantReplacement(value)}${suffix}`], "constant");
}

function mutateConditional(node: ts.ConditionalExpression, context: Context): void {
  const { file } = context;
  replaceEach(context, node.condition, ["true", "false"], "condition");
  const between = file.text.slice(node.whenTrue.end, node.whenFalse.getStart(file));
  const swapped = `${node.whenFalse.getText(file)}${between}${node.whenTrue.getText(file)}`;
  context.edits.push(edit(context, node.whenTrue.getStart(file), node.whenFalse.end, swapped, "branches"));
}

function mutateResult(expression: ts.Expression, context: Context): void {
  const written = expression.getText(context.file);
  const isLiteral = /^(true|false|0n?)$/.test(written);
  if (isLiteral) return;
  if (context.returns === "boolean") replaceEach(context, expression, [`!(${written})`], "return");
  if (context.returns === "bigint") replaceEach(context, expression, ["0n"], "return");
  if (context.returns === "number") replaceEach(context, expression, ["0"], "return");
}

function mutateName(callee: ts.Expression, context: Context): void {
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  const other = nameReplacement(name.getText(context.file));
  if (other !== undefined) replaceEach(context, name, [other], "function");
}

function replaceEach(context: Context, node: ts.Node, replacements: readonly string[], mutator: string): void {
  for (const replacement of replacements) context.edits.push(edit(context, node.getStart(context.file), node.end, replacement, mutator));
}

function edit({ scope }: Context, start: number, end: number, replacement: string, mutator: string): Edit {
  return { start, end, replacement, mutator, scope };
}
