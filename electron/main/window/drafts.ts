// Edits of policies that were not saved, kept on disk: the window may close on them, and so may the app.
import Store from 'electron-store';
import { policyDrafts, type PolicyDrafts } from '../../shared/policy-editing.ts';

export interface Drafts {
  read(): PolicyDrafts;
  /** Takes the place of all that were kept. @throws where the disk can't be written. */
  write(drafts: PolicyDrafts): void;
}

export function keepDrafts(): Drafts {
  const store = new Store<{ files?: PolicyDrafts }>({ name: 'policy-drafts', clearInvalidConfig: true });
  return {
    // The file may be of another version of the app.
    read: () => policyDrafts.safeParse(store.get('files')).data ?? [],
    write: (files) => store.set('files', files),
  };
}
