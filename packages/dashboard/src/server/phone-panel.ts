import type { PhoneCommand, PhoneResult, PhoneState } from '../shared/protocol.js';

/** The phones of a simulated Twilio, for people to play with. */
export interface PhonePanel {
  state(): PhoneState;
  command(command: PhoneCommand): PhoneResult | Promise<PhoneResult>;
  /** Calls `listener` after every change; returns a function that stops it. */
  onChange(listener: () => void): () => void;
}
