/** Mutants of a Solidity file, from the compiler's own syntax tree: comments and strings are never touched. */
import type { Edit } from "./mutant.ts";
import { constantReplacement, instructionReplacement, nameReplacement, operatorReplacements } from "./replacements.ts";

/** A node of solc's tree, or of the Yul tree inside; `src` is `start:length:file`, in bytes. */
export interface SolidityNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [property: string]: unknown;
}

interface Context {
  readonly source: string;
  /** Characters before each byte. */
  readonly offsets: Uint32Array;
  readonly scope: string;
  readonly edits: Edit[];
}

/** All mutants of a file. */
export function solidityEdits(source: string, ast: SolidityNode): Edit[] {
  const edits: Edit[] = [];
  visit(ast, { source, offsets: characterOffsets(source), scope: "", edits });
  return edits;
}

/** solc counts bytes, and the comments are full of ⌊ and √. */
function characterOffsets(source: string): Uint32Array {
  const offsets = new Uint32Array(Buffer.byteLength(source) + 1);
  let byte = 0;
  let unit = 0;
  for (const character of source) {
    const length = Buffer.byteLength(character);
    offsets.fill(unit, byte, byte + length);
    byte += length;
    unit += character.length;
  }
  offsets[byte] = unit;
  return offsets;
}

function visit(node: SolidityNode, context: Context): void {
  const inner = { ...context, scope: scopeOf(node, context.scope) };
  MUTATORS[node.nodeType]?.(node, inner);
  for (const child of children(node)) visit(child, inner);
}

function scopeOf(node: SolidityNode, scope: string): string {
  if (node.nodeType === "ContractDefinition") return `${node.name}`;
  const isFunction = node.nodeType === "FunctionDefinition" || node.nodeType === "ModifierDefinition";
  if (isFunction) return `${scope ? `${scope}.` : ""}${node.name || node.kind}`;
  return scope;
}

/** Sub-trees, without type names and without what is not code. */
function children(node: SolidityNode): SolidityNode[] {
  const skipped = new Set(["typeName", "documentation", "overrides", "externalReferences", "baseContracts", "baseFunctions"]);
  return Object.entries(node)
    .filter(([name]) => !skipped.has(name))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .filter(({ nodeType }) => !nodeType.endsWith("TypeName") && nodeType !== "ImportDirective" && nodeType !== "PragmaDirective");
}

function isNode(value: unknown): value is SolidityNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

function range({ offsets }: Context, { src }: SolidityNode): readonly [start: number, end: number] {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return [offsets[start] ?? 0, offsets[start + length] ?? 0];
}

function text(context: Context, node: SolidityNode): string {
  const [start, end] = range(context, node);
  return context.source.slice(start, end);
}

function replace(context: Context, start: number, end: number, replacement: string, mutator: string): void {
  context.edits.push({ start, end, replacement, mutator, scope: context.scope });
}

function replaceNode(context: Context, node: SolidityNode, replacement: string, mutator: string): void {
  const [start, end] = range(context, node);
  replace(context, start, end, replacement, mutator);
}

/** The operator between two operands: nothing but white space and comments is beside it. */
function replaceBetween(context: Context, left: SolidityNode, right: SolidityNode, operator: string): void {
  const [, from] = range(context, left);
  const [to] = range(context, right);
  const gap = withoutComments(context.source.slice(from, to));
  const start = from + gap.indexOf(operator);
  for (const other of operatorReplacements(operator)) replace(context, start, start + operator.length, other, "operator");
}

function withoutComments(code: string): string {
  return code.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => " ".repeat(comment.length));
}

function replaceCondition(context: Context, condition: SolidityNode): void {
  for (const value of ["true", "false"]) {
    if (text(context, condition) !== value) replaceNode(context, condition, value, "condition");
  }
}

function deleteStatement(node: SolidityNode, context: Context): void {
  replaceNode(context, node, "", "statement");
  // The semicolon belongs to some kinds of statement and not to others: taking it too leaves `;;` out.
  const edit = context.edits.pop();
  if (edit === undefined) return;
  const hasSemicolon = context.source[edit.end] === ";";
  context.edits.push({ ...edit, end: edit.end + (hasSemicolon ? 1 : 0), replacement: "{}" });
}

const child = (node: SolidityNode, name: string): SolidityNode => node[name] as SolidityNode;

const typeOf = (node: SolidityNode): string => `${(node.typeDescriptions as { typeString?: string } | undefined)?.typeString}`;

const MUTATORS: Readonly<Record<string, (node: SolidityNode, context: Context) => void>> = {
  BinaryOperation: (node, context) =>
    replaceBetween(context, child(node, "leftExpression"), child(node, "rightExpression"), `${node.operator}`),

  Assignment: (node, context) => replaceBetween(context, child(node, "leftHandSide"), child(node, "rightHandSide"), `${node.operator}`),

  UnaryOperation: (node, context) => {
    const operator = `${node.operator}`;
    const [start, end] = range(context, node);
    const at = node.prefix === true ? start : end - operator.length;
    const others = ["!", "-", "~"].includes(operator) ? [""] : operatorReplacements(operator);
    for (const other of others) replace(context, at, at + operator.length, other, "operator");
  },

  Literal: (node, context) => {
    if (node.kind === "bool") return replaceNode(context, node, node.value === "true" ? "false" : "true", "constant");
    if (node.kind !== "number") return;
    // Units and exponents stay as they are written; only a plain number has coefficients to slip in.
    const written = text(context, node);
    const isPlain = /^(0x[\da-fA-F_]+|[\d_]+)$/.test(written);
    const replacement = isPlain ? `${constantReplacement(BigInt(written.replaceAll("_", "")))}` : `(${written} + 1)`;
    replaceNode(context, node, replacement, "constant");
  },

  Conditional: (node, context) => {
    const [yes, no] = [child(node, "trueExpression"), child(node, "falseExpression")];
    replaceCondition(context, child(node, "condition"));
    const [start, middle] = range(context, yes);
    const [from, end] = range(context, no);
    const swapped = `${text(context, no)}${context.source.slice(middle, from)}${text(context, yes)}`;
    replace(context, start, end, swapped, "branches");
  },

  IfStatement: (node, context) => replaceCondition(context, child(node, "condition")),

  // An endless loop would only run out of gas, slowly.
  WhileStatement: (node, context) => replaceNode(context, child(node, "condition"), "false", "condition"),
  ForStatement: (node, context) => {
    if (isNode(node.condition)) replaceNode(context, node.condition, "false", "condition");
  },

  Return: (node, context) => {
    if (!isNode(node.expression)) return;
    const written = text(context, node.expression);
    const type = typeOf(node.expression);
    if (type === "bool" && !/^(true|false)$/.test(written)) replaceNode(context, node.expression, `!(${written})`, "return");
    if (/^u?int\d*$/.test(type)) replaceNode(context, node.expression, "0", "return");
  },

  MemberAccess: (node, context) => {
    const other = nameReplacement(`${node.memberName}`);
    const [, end] = range(context, node);
    if (other !== undefined) replace(context, end - `${node.memberName}`.length, end, other, "function");
  },

  ModifierInvocation: (node, context) => {
    if (node.kind === "modifierInvocation") replaceNode(context, node, "", "modifier");
  },

  ExpressionStatement: deleteStatement,
  EmitStatement: deleteStatement,
  RevertStatement: deleteStatement,
  Break: deleteStatement,
  Continue: deleteStatement,

  YulFunctionCall: (node, context) => {
    const name = child(node, "functionName");
    const other = instructionReplacement(`${name.name}`);
    if (other !== undefined) replaceNode(context, name, other, "operator");
  },

  YulLiteral: (node, context) => {
    if (node.kind === "number") replaceNode(context, node, `${constantReplacement(BigInt(`${node.value}`))}`, "constant");
  },

  YulAssignment: (node, context) => replaceNode(context, node, "", "statement"),
};
