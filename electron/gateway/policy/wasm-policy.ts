// One instance of a compiled policy, with its data and the builtin functions that it calls out for.
//
// Evaluation and data are opa-wasm's. The instance is made here, because opa-wasm lets nobody replace the builtins
// that it brings, and its sprintf is not Go's (https://www.openpolicyagent.org/docs/wasm has the ABI).
import * as opaWasm from '@open-policy-agent/opa-wasm';
import type { Builtin } from './builtins/builtin.ts';
import { suppliedBuiltins, type Evaluation } from './builtins/supplied.ts';
import { parseRegoValue } from './rego-value-parser.ts';
import { serializeValue } from './rego-value.ts';

// At run time the class is only on the default export, in the types only among the named ones.
const { LoadedPolicy } = (opaWasm as unknown as { default: typeof opaWasm }).default;

/** Addresses in the instance's memory are numbers; 0 is null. */
interface OpaExports {
  opa_malloc(size: number): number;
  opa_json_dump(value: number): number;
  opa_value_dump(value: number): number;
  opa_value_parse(text: number, size: number): number;
  builtins(): number;
}

export interface WasmPolicy {
  /** Names of builtins that the policy needs and that are not supplied: calling one throws. */
  readonly missingBuiltins: readonly string[];
  /** Whether the policy can ask what time it is. */
  readonly readsClock: boolean;
  /** Throws on whatever goes wrong inside; the instance must not be used again then. */
  evaluate(entrypoint: string, input: object, nowMs: number): unknown;
  /** How far evaluations have made its memory grow. It never shrinks: such an instance is to be replaced. */
  grownBytes(): number;
}

/** Pages of 64 KiB to begin with; opa-wasm's own default. */
const initialPages = 5;

/** Announcing ABI 1.1 makes opa-wasm parse the input in a step of its own, which fails on what it can't read. */
const abiWithCheckedInput = 1;

export interface EvaluationRules {
  /**
   * Whether a builtin function that fails fails the evaluation (`policy.evaluation.strict_builtin_errors`); otherwise
   * the expression with it is undefined. Holds for the functions that are supplied here: those that OPA compiles into
   * the module are undefined where they fail, whatever is said.
   */
  readonly strictBuiltinErrors: boolean;
}

/** Throws where the module is no compiled policy or the data can't be loaded. */
export function instantiatePolicy(
  module: WebAssembly.Module,
  data: object,
  { strictBuiltinErrors }: EvaluationRules = { strictBuiltinErrors: false },
): WasmPolicy {
  const memory = new WebAssembly.Memory({ initial: initialPages });
  let current: Evaluation = { nowMs: 0, uuids: new Map() };
  const supplied = suppliedBuiltins(() => current);
  let functions = new Map<number, string>();

  const call = (id: number, _context: number, ...operands: number[]): number => {
    const name = functions.get(id) ?? '';
    const builtin = supplied.get(name);
    if (builtin === undefined) throw new Error(`The builtin function ${name} is not supplied`);
    return callBuiltin(name, builtin, operands);
  };
  const instance = new WebAssembly.Instance(module, {
    env: {
      memory,
      opa_abort(message: number): never {
        throw new Error(readText(message));
      },
      opa_builtin0: call,
      opa_builtin1: call,
      opa_builtin2: call,
      opa_builtin3: call,
      opa_builtin4: call,
    },
  });
  const opa = instance.exports as unknown as OpaExports;
  const ids = JSON.parse(readText(opa.opa_json_dump(opa.builtins()))) as Record<string, number>;
  functions = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  const policy = new LoadedPolicy(instance, memory, abiWithCheckedInput);
  policy.setData(data);
  const initialBytes = memory.buffer.byteLength;

  return {
    missingBuiltins: Object.keys(ids).filter((name) => !supplied.has(name)),
    readsClock: 'time.now_ns' in ids || 'io.jwt.decode_verify' in ids,

    evaluate(entrypoint, input, nowMs): unknown {
      current = { nowMs, uuids: new Map() };
      // An object, never bytes: opa-wasm turns it to JSON by itself, so malformed JSON can't get in.
      return policy.evaluate(input, entrypoint);
    },

    grownBytes: () => memory.buffer.byteLength - initialBytes,
  };

  function callBuiltin(name: string, builtin: Builtin, operands: readonly number[]): number {
    const values = operands.map((address) => parseRegoValue(readText(opa.opa_value_dump(address))));
    const result = builtin(...values);
    if (result === undefined) {
      if (strictBuiltinErrors) throw new Error(`The builtin function ${name} failed`);
      return 0;
    }
    const bytes = new TextEncoder().encode(serializeValue(result));
    const address = opa.opa_malloc(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, address);
    return opa.opa_value_parse(address, bytes.length);
  }

  /** Text in the instance's memory ends with a zero byte. */
  function readText(address: number): string {
    const bytes = new Uint8Array(memory.buffer);
    return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
  }
}
