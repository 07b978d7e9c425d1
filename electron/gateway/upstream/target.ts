// How a server is named to people: its command line or URL, with everything that may be a secret left out.

const SECRET_NAME = /key|token|secret|passw|auth|credential|bearer|cookie/iu;
const HIDDEN = '…';

/** `npx -y server --api-key …`: see describeArguments. */
export function describeCommand(command: string, args: readonly string[]): string {
  return [command, ...describeArguments(args)]
    .map((part) => (/^[^\s"']+$/u.test(part) ? part : JSON.stringify(part)))
    .join(' ');
}

/** The values of options whose names sound secret are hidden, and userinfo in URLs. */
export function describeArguments(args: readonly string[]): string[] {
  return args.map((argument, index) => {
    const option = /^(--?[^=]+|[A-Z][A-Z0-9_]*)=/u.exec(argument)?.[1];
    if (option !== undefined && SECRET_NAME.test(option)) return `${option}=${HIDDEN}`;
    const before = args[index - 1];
    if (
      before?.startsWith('-') &&
      !before.includes('=') &&
      !argument.startsWith('-') &&
      SECRET_NAME.test(before)
    ) {
      return HIDDEN;
    }
    return /^https?:\/\//u.test(argument) && URL.canParse(argument)
      ? describeUrl(new URL(argument))
      : argument;
  });
}

/** The URL without user name, password, query and fragment: keys are found in all of them. */
export function describeUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : `?${HIDDEN}`}`;
}
