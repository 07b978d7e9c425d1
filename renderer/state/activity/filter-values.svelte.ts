// The values by which the log can be narrowed, with the number of calls that each would leave.
import type { CallDimension, CallValues } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { asked } from './asking.ts';
import type { Filter } from './question.ts';

const listed = 50;

export class FilterValues {
  /** Null until it is read. */
  found = $state.raw<CallValues | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #filter: () => Filter;

  constructor(api: Api, notices: Notices, filter: () => Filter) {
    this.#api = api;
    this.#notices = notices;
    this.#filter = filter;
  }

  /** Reads the values of one kind that contain some letters. */
  async read(of: CallDimension, contains = ''): Promise<void> {
    if (contains === '') this.found = null;
    const read = await asked(this.#notices, "Couldn't read by what the log can be narrowed.", () =>
      this.#api.ask('calls.values', {
        of,
        filter: this.#filter(),
        contains,
        limit: listed,
        lane: 'activity menu',
      }),
    );
    if (read.ok) this.found = read.value;
  }
}
