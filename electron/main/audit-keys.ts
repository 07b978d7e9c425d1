// Hands the key over that signs the audit log, and puts a new one in its place, in the keychain and in the log.
import type { GatewayHost } from '../gateway/host.ts';
import type { Logger } from '../gateway/ports.ts';
import type { AuditKey, AuditProof } from '../shared/audit-proof.ts';
import { type Keychain, keepNextKey, makeNextAuditKey, openAuditKey, publicKeyOf } from './audit-key.ts';

export interface AuditKeys {
  /** Once the gateway serves. May wait for the user, where the keychain is locked. */
  handOver(): Promise<void>;
  /** Rejects with what the gateway says, or the keychain. */
  replace(): Promise<AuditProof>;
}

/** @param folder the user-data folder */
export function createAuditKeys(
  folder: string,
  keychain: Keychain,
  host: Pick<GatewayHost, 'commands' | 'setAuditKey'>,
  logger: Logger,
): AuditKeys {
  let key: AuditKey | null = null;

  function use(given: AuditKey): void {
    key = given;
    host.setAuditKey(given);
  }

  /** Which of two keys the log has, it alone knows. */
  function settle({ key: inForce }: AuditProof): void {
    if (key?.from !== 'keychain' || key.next === undefined) return;
    if (inForce?.publicKey !== publicKeyOf(key.next)) return;
    keepNextKey(folder);
    use({ from: 'keychain', pkcs8: key.next });
  }

  return {
    async handOver() {
      try {
        use(openAuditKey(folder, keychain, logger));
        if (key?.from === 'keychain' && key.next !== undefined) settle(await host.commands['audit.proof']());
      } catch (error) {
        // The gateway has gone; the next one is handed both keys again.
        logger.warn('audit.key_unsettled', { error: String(error) });
      }
    },
    async replace() {
      // One that was to take its place before, and may have.
      if (key?.from === 'keychain' && key.next !== undefined) settle(await host.commands['audit.proof']());
      if (key?.from === 'keychain') {
        // In the keychain before the log knows it: whenever the program dies, the key in force is there.
        use({ ...key, next: key.next ?? makeNextAuditKey(folder, keychain) });
      }
      const proof = await host.commands['audit.key.replace']();
      settle(proof);
      return proof;
    },
  };
}
