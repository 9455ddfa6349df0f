// PDUs as blocks of text, in the wording and the layout of DCMTK's `storescu -d`. PS3.8 9.3. Beyond that log we say which contexts
// the peer did not answer and which transfer syntaxes it accepted without a proposal. User identities (PS3.7 D.3.3.7) and
// application information (D.3.3.5) are not shown.

import type { Secret } from '../protocol/secret.ts';
import type { Direction } from '../protocol/trace-event.ts';
import type {
  AAbort,
  AAssociateAc,
  AAssociateRj,
  AAssociateRq,
  PDataTf,
  Pdu,
  ProposedPresentationContext,
  RoleSelection,
  UserInformation,
} from '../protocol/ul/pdu.ts';
import { PDU_TYPE_BYTES } from '../protocol/ul/pdu.ts';
import {
  abortReasonText,
  abortSourceText,
  contextResultText,
  identityTypeText,
  rejectReasonText,
  rejectResultText,
  rejectSourceText,
} from './code-text.ts';
import { aeTitle, nameOf, uidText } from './names.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatCount, plural } from './units.ts';

/** Every PDU but P-DATA-TF, of which the trace shows many in one line. */
export type ControlPdu = Exclude<Pdu, PDataTf>;

/** Presentation contexts of the A-ASSOCIATE-RQ of the same association, by their ID. */
export type ProposedContexts = ReadonlyMap<number, ProposedPresentationContext>;

const WIDTH = 76;

/** '==== TITLE ====' in the width of a block. */
export function rule(title: string): string {
  const padding = WIDTH - title.length - 2;
  const left = Math.floor(padding / 2);
  return `${'='.repeat(left)} ${title} ${'='.repeat(padding - left)}`;
}

const flow = (direction: Direction): string => (direction === 'sent' ? 'OUTGOING' : 'INCOMING');

function block(direction: Direction, type: ControlPdu['type'], lines: readonly string[]): string[] {
  return [rule(`${flow(direction)} ${type} PDU`), ...lines, rule(`END ${type} PDU`)];
}

function roleText(roles: readonly RoleSelection[] | undefined, abstractSyntax: string): string {
  const role = roles?.find(({ sopClassUID }) => sopClassUID === abstractSyntax);
  if (role === undefined) return 'Default';
  if (role.scuRole && role.scpRole) return 'SCP/SCU';
  if (role.scpRole) return 'SCP';
  return role.scuRole ? 'SCU' : 'None';
}

const maximumLengthText = (maximumLength: number | undefined): string => {
  if (maximumLength === undefined) return 'not stated';
  return maximumLength === 0 ? '0 (unlimited)' : String(maximumLength);
};

/** The lines above the contexts, for both A-ASSOCIATE PDUs. */
function headLines(pdu: AAssociateRq | AAssociateAc, direction: Direction): string[] {
  const whose = direction === 'sent' ? 'Our' : 'Their';
  const { implementationClassUID, implementationVersionName, maximumLength } = pdu.userInformation;
  const version =
    implementationVersionName === undefined ? 'unknown' : sanitize(implementationVersionName, SHOWN_MAX.versionName);
  return [
    `${`${whose} Implementation Class UID:`.padEnd(35)}${implementationClassUID === undefined ? 'unknown' : uidText(implementationClassUID)}`,
    `${`${whose} Implementation Version Name:`.padEnd(35)}${version}`,
    `Application Context Name:    ${uidText(pdu.applicationContextName)}`,
    `Calling Application Name:    ${aeTitle(pdu.callingAETitle)}`,
    `Called Application Name:     ${aeTitle(pdu.calledAETitle)}`,
    `${`${whose} Max PDU Receive Size:`.padEnd(29)}${maximumLengthText(maximumLength)}`,
  ];
}

function asynchronousLines(label: string, { asynchronousOperationsWindow: window }: UserInformation): string[] {
  if (window === undefined) return [`${label}: None`];
  return [
    `${label}:`,
    `  Maximum Invoked Operations:     ${window.maximumNumberOperationsInvoked}`,
    `  Maximum Performed Operations:   ${window.maximumNumberOperationsPerformed}`,
  ];
}

function extendedLines(label: string, { sopClassExtendedNegotiations }: UserInformation): string[] {
  if (sopClassExtendedNegotiations === undefined || sopClassExtendedNegotiations.length === 0) {
    return [`${label}: None`];
  }
  return [
    `${label}:`,
    ...sopClassExtendedNegotiations.flatMap(({ sopClassUID, serviceClassApplicationInformation: information }) => [
      `  SOP Class: =${nameOf(sopClassUID)}`,
      // What is in it, the SOP class defines: it may be anything.
      `    Application Information: ${information.length === 0 ? 'empty' : `${plural(information.length, 'byte')}, not shown`}`,
    ]),
  ];
}

function commonExtendedLines(label: string, { sopClassCommonExtendedNegotiations }: UserInformation): string[] {
  if (sopClassCommonExtendedNegotiations === undefined || sopClassCommonExtendedNegotiations.length === 0) {
    return [`${label}: None`];
  }
  return [
    `${label}:`,
    ...sopClassCommonExtendedNegotiations.flatMap((item) => [
      `  SOP Class: =${nameOf(item.sopClassUID)}`,
      `    Service Class: =${nameOf(item.serviceClassUID)}`,
      ...item.relatedGeneralSOPClassUIDs.map((uid) => `    Related General SOP Class: =${nameOf(uid)}`),
    ]),
  ];
}

function identityLines(label: string, { userIdentity }: UserInformation): string[] {
  if (userIdentity === undefined) return [`${label}: None`];
  const field = (name: string, secret: Secret): string => `  ${name}: ${secret.isEmpty ? 'empty' : 'not shown'}`;
  return [
    `${label}:`,
    `  Identity Type: ${identityTypeText(userIdentity.userIdentityType)}`,
    `  Positive Response Requested: ${userIdentity.positiveResponseRequested ? 'Yes' : 'No'}`,
    field('Primary Field', userIdentity.primaryField),
    field('Secondary Field', userIdentity.secondaryField),
  ];
}

function associateRqLines(rq: AAssociateRq, direction: Direction): string[] {
  const roles = rq.userInformation.roleSelections;
  return [
    ...headLines(rq, direction),
    rq.presentationContexts.length === 1 ? 'Presentation Context:' : 'Presentation Contexts:',
    ...rq.presentationContexts.flatMap((context) => [
      `  Context ID:        ${context.presentationContextId} (Proposed)`,
      `    Abstract Syntax: =${nameOf(context.abstractSyntax)}`,
      `    Proposed SCP/SCU Role: ${roleText(roles, context.abstractSyntax)}`,
      `    Proposed Transfer Syntax${context.transferSyntaxes.length === 1 ? '' : 'es'}:`,
      ...context.transferSyntaxes.map((uid) => `      =${nameOf(uid)}`),
    ]),
    ...extendedLines('Requested Extended Negotiation', rq.userInformation),
    ...commonExtendedLines('Requested Common Extended Negotiation', rq.userInformation),
    ...asynchronousLines('Requested Asynchronous Operations Window Negotiation', rq.userInformation),
    ...identityLines('Requested User Identity Negotiation', rq.userInformation),
  ];
}

function associateAcLines(ac: AAssociateAc, direction: Direction, proposed: ProposedContexts): string[] {
  const roles = ac.userInformation.roleSelections;
  const answered = new Set(ac.presentationContexts.map(({ presentationContextId }) => presentationContextId));
  const results = [...ac.presentationContexts].sort((a, b) => a.presentationContextId - b.presentationContextId);
  return [
    ...headLines(ac, direction),
    'Presentation Contexts:',
    ...results.flatMap(({ presentationContextId: id, result, transferSyntax }) => {
      const context = proposed.get(id);
      const lines = [
        `  Context ID:        ${id} (${contextResultText(result)})`,
        `    Abstract Syntax: ${context === undefined ? 'not proposed' : `=${nameOf(context.abstractSyntax)}`}`,
      ];
      if (result === 0) {
        const wasProposed = context === undefined || context.transferSyntaxes.includes(transferSyntax ?? '');
        lines.push(
          `    Accepted SCP/SCU Role: ${roleText(roles, context?.abstractSyntax ?? '')}`,
          `    Accepted Transfer Syntax: =${nameOf(transferSyntax ?? '')}${wasProposed ? '' : ' (not proposed)'}`,
        );
      }
      return lines;
    }),
    ...[...proposed.values()]
      .filter(({ presentationContextId }) => !answered.has(presentationContextId))
      .flatMap((context) => [
        `  Context ID:        ${context.presentationContextId} (${contextResultText(undefined)})`,
        `    Abstract Syntax: =${nameOf(context.abstractSyntax)}`,
      ]),
    ...extendedLines('Accepted Extended Negotiation', ac.userInformation),
    ...asynchronousLines('Accepted Asynchronous Operations Window Negotiation', ac.userInformation),
    `User Identity Negotiation Response: ${ac.userInformation.userIdentityServerResponse === undefined ? 'None' : 'Yes'}`,
  ];
}

const associateRjLines = (rj: AAssociateRj): string[] => [
  `Result:    ${rejectResultText(rj.result)}`,
  `Source:    ${rejectSourceText(rj.source)}`,
  `Reason:    ${rejectReasonText(rj.source, rj.reason)}`,
];

const abortLines = (abort: AAbort): string[] => [
  `Abort Source: ${abortSourceText(abort.source)}`,
  `Abort Reason: ${abortReasonText(abort.source, abort.reason)}`,
];

/** A PDU as a block. Shown at level 'debug'. */
export function pduBlock(pdu: ControlPdu, direction: Direction, proposed: ProposedContexts): string[] {
  switch (pdu.type) {
    case 'A-ASSOCIATE-RQ':
      return ['Request Parameters:', ...block(direction, pdu.type, associateRqLines(pdu, direction))];
    case 'A-ASSOCIATE-AC':
      return ['Accept Parameters:', ...block(direction, pdu.type, associateAcLines(pdu, direction, proposed))];
    case 'A-ASSOCIATE-RJ':
      return ['Reject Parameters:', ...block(direction, pdu.type, associateRjLines(pdu))];
    case 'A-ABORT':
      return ['Abort Parameters:', ...block(direction, pdu.type, abortLines(pdu))];
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return [`${direction === 'sent' ? 'Sent' : 'Received'} ${pdu.type} PDU`];
  }
}

/** The fields that the block leaves out, in the standard's words. Shown at level 'trace'. */
export function pduFields(pdu: ControlPdu, length: number): string[] {
  const type = PDU_TYPE_BYTES[pdu.type].toString(16).padStart(2, '0').toUpperCase();
  const head = `${pdu.type} PDU: type ${type}H, ${formatCount(length)} bytes`;
  switch (pdu.type) {
    case 'A-ASSOCIATE-RQ':
      return [
        `${head}, protocol version ${pdu.protocolVersion}, presentation contexts ${pdu.presentationContexts.length}`,
        ...pdu.presentationContexts.map(
          ({ presentationContextId, abstractSyntax, transferSyntaxes }) =>
            `  20H ${presentationContextId}: ${uidText(abstractSyntax)} <- ${transferSyntaxes.map(uidText).join(', ')}`,
        ),
        ...roleFields(pdu.userInformation),
      ];
    case 'A-ASSOCIATE-AC':
      return [
        `${head}, protocol version ${pdu.protocolVersion}, presentation contexts ${pdu.presentationContexts.length}`,
        ...pdu.presentationContexts.map(
          ({ presentationContextId, result, transferSyntax }) =>
            `  21H ${presentationContextId}: result ${result}${transferSyntax === undefined ? '' : ` -> ${uidText(transferSyntax)}`}`,
        ),
        ...roleFields(pdu.userInformation),
      ];
    case 'A-ASSOCIATE-RJ':
      return [`${head}, result ${pdu.result}, source ${pdu.source}, reason ${pdu.reason}`];
    case 'A-ABORT':
      return [`${head}, source ${pdu.source}, reason ${pdu.reason}`];
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return [head];
  }
}

const roleFields = ({ roleSelections }: UserInformation): string[] =>
  (roleSelections ?? []).map(
    ({ sopClassUID, scuRole, scpRole }) =>
      `  54H ${uidText(sopClassUID)}: SCU role ${scuRole ? 1 : 0}, SCP role ${scpRole ? 1 : 0}`,
  );
