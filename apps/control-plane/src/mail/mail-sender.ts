import { type Secret } from "@agentcall/base";
import type { MailSettingsView } from "@agentcall/contract";
import { createTransport } from "nodemailer";

export type Letter = {
  /** The same on each attempt: a server or a reader may drop the second. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

const connectMsMax = 10_000;
const answerMsMax = 20_000; // servers that look for spam take their time

/**
 * Hands one letter to the SMTP server (RFC 5321). Null when it took it, else why not, in constant
 * words. Never rejects.
 */
export async function sendMail(
  server: NonNullable<MailSettingsView>,
  password: Secret | null,
  { messageId, to, subject, text, html }: Letter,
): Promise<string | null> {
  const { host, port, security, username, from } = server;
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    socketTimeout: answerMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username === null ? {} : { auth: { user: username, pass: password?.reveal() ?? "" } }),
  });
  try {
    await transport.sendMail({ messageId, from, to, subject, text, html });
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    transport.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EAUTH: "login_refused",
  EENVELOPE: "address_refused",
  EMESSAGE: "message_refused",
  ETLS: "tls_failed",
  ETIMEDOUT: "timeout",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? "unreachable";
}
