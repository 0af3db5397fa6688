/** How long a session lives without a refresh, and whose affair that is (RFC 4028 §4). */
export type SessionExpires = {
  readonly intervalSecs: number;
  /** `uac` is whoever sent the request that the header belongs to; null where nobody is named. */
  readonly refresher: "uac" | "uas" | null;
};

const form = /^(\d{1,9})[ \t]*((?:;[^;,]*)*)$/;
const refresherParam = /;[ \t]*refresher[ \t]*=[ \t]*(uac|uas)[ \t]*(?:;|$)/i;

/** Reads a Session-Expires, or answers null. Other parameters than `refresher` are passed over. */
export function parseSessionExpires(text: string): SessionExpires | null {
  const found = form.exec(text);
  if (found === null) return null;
  const refresher = refresherParam.exec(found[2] ?? "")?.[1]?.toLowerCase();
  return {
    intervalSecs: Number(found[1]),
    refresher: refresher === "uac" || refresher === "uas" ? refresher : null,
  };
}

export function writeSessionExpires({ intervalSecs, refresher }: SessionExpires): string {
  return `${String(intervalSecs)}${refresher === null ? "" : `;refresher=${refresher}`}`;
}
