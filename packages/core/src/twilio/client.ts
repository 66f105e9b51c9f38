/** A call as Twilio's REST API shows it. */
export interface TwilioCall {
  readonly sid: string;
  readonly status: string;
  readonly answeredBy?: string | null;
}

/** The parameters of a new call, as the official client takes them. Times are in seconds, but detection's in ms. */
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
  machineDetection?: string;
  machineDetectionTimeout?: number;
  machineDetectionSpeechThreshold?: number;
  machineDetectionSpeechEndThreshold?: number;
  machineDetectionSilenceTimeout?: number;
  asyncAmd?: string;
  asyncAmdStatusCallback?: string;
  asyncAmdStatusCallbackMethod?: string;
  callToken?: string;
}

/** A change of a live call: end it, or fetch new TwiML. */
export interface TwilioCallUpdate {
  status?: 'completed';
  url?: string;
  method?: string;
}

/** A list that is read whole or in part. */
interface List<Item, Params = { limit?: number }> {
  list(params: Params): Promise<Item[]>;
}

/** What we read of a workspace of the official client. */
export interface TwilioWorkspace {
  readonly sid: string;
  readonly friendlyName: string;
  readonly multiTaskEnabled: boolean;
  readonly timeoutActivitySid: string;
  readonly eventCallbackUrl: string;
}

/** What we read of an activity of the official client. */
export interface TwilioActivity {
  readonly sid: string;
  readonly friendlyName: string;
  readonly available: boolean;
}

/** What we read of a workflow of the official client. `taskReservationTimeout` is in seconds. */
export interface TwilioWorkflow {
  readonly sid: string;
  readonly friendlyName: string;
  readonly taskReservationTimeout: number;
  readonly assignmentCallbackUrl: string;
}

/** What we read of a worker of the official client. `attributes` is JSON. */
export interface TwilioWorker {
  readonly sid: string;
  readonly friendlyName: string;
  readonly attributes: string;
  readonly activitySid: string;
  readonly activityName: string;
}

/** What we read of a task of the official client. */
export interface TwilioTask {
  readonly sid: string;
  readonly assignmentStatus: string;
}

/** What we read of a reservation of the official client. */
export interface TwilioReservation {
  readonly reservationStatus: string;
}

/** One workspace of TaskRouter. */
export interface TwilioWorkspaceContext {
  fetch(): Promise<TwilioWorkspace>;
  readonly activities: List<TwilioActivity>;
  readonly workflows: List<TwilioWorkflow>;
  readonly workers: List<TwilioWorker> &
    ((sid: string) => {
      update(params: { activitySid: string; ifMatch?: string }): Promise<unknown>;
      readonly reservations: List<{ readonly sid: string }, { reservationStatus: 'accepted'; limit: number }>;
    });
  readonly tasks: List<TwilioTask, { evaluateTaskAttributes: string; ordering: string; limit: number }> &
    ((sid: string) => {
      fetch(): Promise<TwilioTask>;
      update(params: { assignmentStatus: 'completed' | 'canceled'; reason: string }): Promise<TwilioTask>;
      readonly reservations: (sid: string) => {
        fetch(): Promise<TwilioReservation>;
        update(params: { reservationStatus: 'rejected'; workerActivitySid: string }): Promise<TwilioReservation>;
      };
    });
}

/** What we use of TaskRouter in the official client. */
export interface TwilioTaskRouter {
  readonly v1: {
    readonly workspaces: List<TwilioWorkspace, { friendlyName?: string; limit?: number }> &
      ((sid: string) => TwilioWorkspaceContext);
  };
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
  /** Needed where callers are told who has taken the call (`texts.connected`). */
  conferences?(sid: string): {
    participants(call: string): { update(params: { announceUrl: string; announceMethod: string }): Promise<unknown> };
  };
  /** Needed by the flows of TaskRouter only. */
  readonly taskrouter?: TwilioTaskRouter;
  /** Any request of ours: for the ETag of a worker, which the client's own resources do not show. */
  request?(options: {
    method: 'get';
    uri: string;
  }): Promise<{ readonly statusCode: number; readonly body: unknown; readonly headers?: unknown }>;
  /** Where the official HTTP client keeps the last response; its exceptions carry no headers. */
  readonly httpClient?: unknown;
}
