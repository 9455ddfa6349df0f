// Another protocol answers at the port. Its first bytes often show which one.

/** The name of the protocol that the bytes look like, or undefined. */
export function foreignProtocol(first: Uint8Array): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, 16));
  if (/^(HTTP\/|<!DOCTYPE|<html)/i.test(text)) return 'HTTP';
  if (text.startsWith('SSH-')) return 'SSH';
  if (/^220[ -]/.test(text)) return 'FTP or SMTP';
  // TLS record: alert (15H) or handshake (16H), then version 3.x
  if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 0x03) return 'TLS';
  // HL7 v2 over MLLP
  if (first[0] === 0x0b && text.startsWith('MSH', 1)) return 'HL7';
  return undefined;
}
