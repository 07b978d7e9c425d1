// How other programs of this user trust a proxy that listens with TLS: by the very certificate that it announces.
import { X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';

/**
 * For connecting to it by whatever address it announces. Who signed the certificate, and for which name, is of no
 * account: whoever shows this one and has its key is the proxy.
 * @param certificate PEM; further certificates behind the first one are passed over.
 */
export function pinned(
  certificate: string,
): Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'checkServerIdentity'> {
  const own = new X509Certificate(certificate);
  return {
    ca: [own.toString()],
    allowPartialTrustChain: true,
    checkServerIdentity: (_name, shown) =>
      own.raw.equals(shown.raw)
        ? undefined
        : new Error('the certificate is not the one that the proxy announced'),
  };
}
