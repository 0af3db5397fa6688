export { CertificateAuthority } from "./certificate-authority.ts";
export { type ImportProblem, importPem, importPkcs12 } from "./certificate-import.ts";
export { type CertificateRequest, newCertificateRequest } from "./certificate-request.ts";
export type { CertificateSubject, Identity } from "./certificate-subject.ts";
export { renewalDueAtMs } from "./renewal.ts";
