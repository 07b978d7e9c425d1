// Policy data as the shipped policies read it: which tools are denied, asked about, or need a capability.
import type { PolicyAnswer } from '../../../electron/shared/policy-trial.ts';

/** What becomes of a tool for everybody who has its capability. */
export interface ToolRule {
  /** A tool's name, or a pattern with an asterisk. */
  readonly tool: string;
  readonly answer: PolicyAnswer;
  /** What an agent needs to call it; null where it needs nothing. */
  readonly capability: string | null;
  /** A pattern of the lists that decides about this tool; null where it stands there itself, or nowhere. */
  readonly decidedBy: string | null;
  /** No list names it, neither by itself nor by a pattern. */
  readonly unknown: boolean;
}

interface ToolLists {
  readonly blocked: readonly string[];
  readonly asked: readonly string[];
  readonly capabilities: Readonly<Record<string, string>>;
}

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** @returns null where the text is no JSON object. */
export function parseData(json: string): JsonObject | null {
  try {
    const data: unknown = JSON.parse(json);
    return isObject(data) ? data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function listsOf(data: JsonObject): ToolLists {
  const capabilities = isObject(data.tool_capabilities) ? Object.entries(data.tool_capabilities) : [];
  return {
    blocked: strings(data.blocked_tools),
    asked: strings(data.ask_tools),
    capabilities: Object.fromEntries(
      capabilities.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

/** A rule for each tool and pattern that the data names, and for each tool that was seen; in the order of their names. */
export function toolRules(data: JsonObject, seen: readonly string[]): ToolRule[] {
  const lists = listsOf(data);
  const tools = new Set([...lists.blocked, ...lists.asked, ...Object.keys(lists.capabilities), ...seen]);
  return [...tools].sort().map((tool) => {
    const blockedBy = covering(lists.blocked, tool);
    const by = blockedBy ?? covering(lists.asked, tool);
    return {
      tool,
      answer: blockedBy !== null ? 'deny' : by !== null ? 'ask' : 'allow',
      capability: Object.hasOwn(lists.capabilities, tool) ? (lists.capabilities[tool] ?? null) : null,
      decidedBy: by === tool ? null : by,
      unknown: by === null && !Object.hasOwn(lists.capabilities, tool),
    };
  });
}

/** The entry of a list that counts for a tool: itself before a pattern. */
function covering(list: readonly string[], tool: string): string | null {
  if (list.includes(tool)) return tool;
  return list.find((pattern) => matches(pattern, tool)) ?? null;
}

/** As `tool_names.rego` has it: an asterisk at the beginning, at the end, or both. */
function matches(pattern: string, tool: string): boolean {
  const core = pattern.replace(/^\*|\*$/g, '');
  const open = { start: pattern.startsWith('*'), end: pattern.endsWith('*') };
  if (open.start && open.end) return tool.includes(core);
  if (open.start) return tool.endsWith(core);
  return open.end && tool.startsWith(core);
}

/** The data with another answer for one tool, everything else as it was. */
export function withAnswer(data: JsonObject, tool: string, answer: PolicyAnswer): JsonObject {
  const { blocked, asked } = listsOf(data);
  return {
    ...data,
    blocked_tools: withEntry(blocked, tool, answer === 'deny'),
    ask_tools: withEntry(asked, tool, answer === 'ask'),
  };
}

function withEntry(list: readonly string[], tool: string, wanted: boolean): string[] {
  const others = list.filter((other) => other !== tool);
  return wanted ? [...others, tool] : others;
}

/** @param capability empty: it needs none. */
export function withCapability(data: JsonObject, tool: string, capability: string): JsonObject {
  const all = isObject(data.tool_capabilities) ? Object.entries(data.tool_capabilities) : [];
  const others = all.filter(([other]) => other !== tool);
  const own = capability === '' ? [] : [[tool, capability] as const];
  return { ...data, tool_capabilities: Object.fromEntries([...others, ...own]) };
}

/** What the shipped policies answer this agent. */
export function answerFor(
  data: JsonObject,
  { capability, answer }: ToolRule,
  agent: { readonly id: string; readonly capabilities: readonly string[] },
): PolicyAnswer {
  if (strings(data.blocked_agents).includes(agent.id)) return 'deny';
  const has = capability === null || agent.capabilities.some((granted) => covers(granted, capability));
  return has ? answer : 'deny';
}

/** As `capabilities.rego` has it. */
function covers(granted: string, required: string): boolean {
  if (granted === '*' || granted === required) return true;
  return granted.endsWith(':*') && required.startsWith(granted.slice(0, -1));
}
