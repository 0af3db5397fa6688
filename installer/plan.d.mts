export function installIsStale(times: {
  lockAtMs: number | null;
  installedAtMs: number | null;
}): boolean;

export function findNode(place: {
  ownVersion: string;
  ownPath: string;
  packagedPath: string;
  exists: (path: string) => boolean;
}): string | null;

export function stepsOf(
  job: string,
  jobArguments: readonly string[],
): readonly { name: string; nodeArguments: readonly string[] }[] | null;
