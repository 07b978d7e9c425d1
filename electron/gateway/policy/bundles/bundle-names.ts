// How the files of a bundle are called beside those of the policy folder, where no file of a policy is called so.

/** No folder that people make for policies. */
export const bundleFolder = '@bundle/';

export function isOfBundle(name: string): boolean {
  return name.startsWith(bundleFolder);
}
