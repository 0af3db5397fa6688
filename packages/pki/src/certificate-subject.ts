/** Who a certificate is for, and how it may be used. */
export type CertificateSubject =
  /** The appliance's API, at each of these names and addresses. */
  | { readonly kind: "server"; readonly commonName: string; readonly hosts: readonly string[] }
  /** A gateway on the control link. */
  | { readonly kind: "gateway"; readonly commonName: string };

/** A certificate with its private key, both PEM. */
export type Identity = {
  readonly certificatePem: string;
  /** PKCS #8. Whoever has it is the subject. */
  readonly privateKeyPem: string;
};
