interface Shape {
  readonly attributes: ReadonlySet<string>;
  /** Elements allowed inside; undefined means text only. */
  readonly children?: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' ').filter((word) => word !== ''));
const RECORDING = 'record trim recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent';

/** Every verb and noun Twilio knows, with its attributes (twilio.com/docs/voice/twiml); used for warning 12200. */
export const SCHEMA: Readonly<Record<string, Shape>> = {
  Response: {
    attributes: words(''),
    children: words(
      'Say Play Pause Gather Record Redirect Hangup Reject Dial Enqueue Leave Sms Message Pay Prompt Refer Start Stop Connect Echo Queue Siprec',
    ),
  },
  Say: { attributes: words('voice language loop') },
  Play: { attributes: words('loop digits') },
  Pause: { attributes: words('length') },
  Hangup: { attributes: words('') },
  Reject: { attributes: words('reason') },
  Redirect: { attributes: words('method') },
  Leave: { attributes: words('') },
  Gather: {
    attributes: words(
      'input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits partialResultCallback partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult speechModel enhanced',
    ),
    children: words('Say Play Pause'),
  },
  Record: {
    attributes: words(
      'action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent transcribe transcribeCallback',
    ),
  },
  Dial: {
    attributes: words(
      `action method timeout hangupOnStar timeLimit callerId ${RECORDING} answerOnBridge ringTone recordingTrack sequential referUrl referMethod events`,
    ),
    children: words('Number Client Conference Queue Sim Sip Application WhatsApp'),
  },
  Enqueue: {
    attributes: words('action method waitUrl waitUrlMethod workflowSid maxQueueSize'),
    children: words('Task'),
  },
  Task: { attributes: words('priority timeout') },
  Number: {
    attributes: words(
      'sendDigits url method statusCallbackEvent statusCallback statusCallbackMethod byoc machineDetection amdStatusCallback amdStatusCallbackMethod machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout',
    ),
  },
  Queue: { attributes: words('url method reservationSid postWorkActivitySid') },
  Conference: {
    attributes: words(
      `muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants region coach ${RECORDING} statusCallbackEvent statusCallback statusCallbackMethod eventCallbackUrl jitterBufferSize participantLabel`,
    ),
  },
};

/** True if Twilio knows an element by this name inside that parent. */
export function allowsChild(parent: string, child: string): boolean {
  return SCHEMA[parent]?.children?.has(child) === true;
}
