// What the views are called, wherever they are named.
import type { View } from '../../state/navigation.svelte.ts';

export const viewNames: Readonly<Record<View, string>> = {
  home: 'Home',
  activity: 'Activity',
  approvals: 'Approvals',
  policies: 'Policies',
  servers: 'Servers',
  clients: 'Clients',
  status: 'Status',
  settings: 'Settings',
};
