// The folder of managed settings on each system.
import { expect, it } from 'vitest';
import { managedConfigFile } from '../../../../electron/main/program/managed-config.ts';

it.each([
  ['linux', '/etc/mcp-proxy-desktop/managed.yaml'],
  ['darwin', '/Library/Application Support/MCP Proxy Desktop/managed.yaml'],
  ['win32', 'C:\\Program Files\\MCP Proxy Desktop Settings\\managed.yaml'],
] as const)('%s', (platform, file) => {
  expect(managedConfigFile('MCP Proxy Desktop', platform)).toBe(file);
});
