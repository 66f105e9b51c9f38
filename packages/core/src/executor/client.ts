/** A call as Twilio's REST API shows it. */
export interface TwilioCall {
  readonly sid: string;
  readonly status: string;
  readonly answeredBy?: string | null;
}

export interface TwilioCallCreate {
  to: string;
  from: string;
  url: string;
  method: string;
  fallbackUrl: string;
  fallbackMethod: string;
  statusCallback: string;
  statusCallbackMethod: string;
  statusCallbackEvent: string[];
  timeout: number;
  timeLimit: number;
  machineDetection: string;
  machineDetectionTimeout: number;
  machineDetectionSpeechThreshold?: number;
  machineDetectionSpeechEndThreshold?: number;
  machineDetectionSilenceTimeout?: number;
  callToken?: string;
}

export interface TwilioCallUpdate {
  status?: 'completed';
  url?: string;
  method?: string;
}

/**
 * What we use of the official client (`twilio(accountSid, authToken)`), so that our types need no import of it.
 * Give the client a time-out of its own (`{ timeout: 8000 }`): we stop waiting by ourselves, but only the client can
 * close the connection.
 */
export interface TwilioClient {
  readonly calls: {
    (sid: string): {
      update(params: TwilioCallUpdate): Promise<TwilioCall>;
      fetch(): Promise<TwilioCall>;
    };
    create(params: TwilioCallCreate): Promise<TwilioCall>;
  };
  /** Where the official HTTP client keeps the last response; its exceptions carry no headers. */
  readonly httpClient?: unknown;
}
