import type { CallOptions } from '@amd/core';
import type { ListedPerson } from '@amd/dashboard';
import type { PhoneCommand, PhoneResult, PhoneState } from '@amd/dashboard';

/** The simulator's time at one moment of this machine's clock, and its speed. Epoch ms. */
export interface ClockReading {
  readonly real: number;
  readonly simulated: number;
  readonly speed: number;
}

/** What the app must know to begin: it remembers only what is in its file. */
export interface Begin {
  readonly type: 'begin';
  /** Where it keeps its state: `AMD_DATA`. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Its address for Twilio and browsers. */
  readonly url: string;
  /** The address of the simulated Twilio's REST API. */
  readonly apiUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly number: string;
  readonly team: readonly ListedPerson[];
  /** How the calls of the tour are handled, by the caller's number. */
  readonly options: readonly (readonly [from: string, options: CallOptions])[];
  readonly clock: ClockReading;
  readonly phone: PhoneState;
}

export type ToApp =
  | Begin
  | { readonly type: 'clock'; readonly clock: ClockReading }
  | { readonly type: 'phone'; readonly state: PhoneState }
  | { readonly type: 'phone.result'; readonly id: number; readonly result: PhoneResult };

export type FromApp =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'phone.command'; readonly id: number; readonly command: PhoneCommand };
