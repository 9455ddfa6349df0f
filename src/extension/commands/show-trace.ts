// Show Trace: the output channel, without taking the focus.

import type { Session } from '../session.ts';

export function showTrace(session: Session): void {
  session.channel.show();
}
