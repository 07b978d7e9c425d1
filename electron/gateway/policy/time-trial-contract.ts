// What a trial and its throwaway thread say to each other.
export interface TrialTask {
  readonly module: WebAssembly.Module;
  readonly data: object;
  readonly strictBuiltinErrors: boolean;
  readonly entrypoints: readonly string[];
  readonly inputs: readonly object[];
  /** The time that the policy shall believe it is, Unix milliseconds. */
  readonly nowMs: number;
}

export type TrialNews =
  /** This input is begun with. */
  | { readonly kind: 'begun'; readonly input: number }
  /** The least processor time that an evaluation of it took, milliseconds. */
  | { readonly kind: 'took'; readonly input: number; readonly ms: number }
  | { readonly kind: 'done' };
