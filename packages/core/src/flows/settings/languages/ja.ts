import type { Language } from './language.js';

/** Not reviewed by a native speaker. */
export const JAPANESE: Language = {
  texts: {
    greeting: 'ただいまお電話をおつなぎしております。そのままお待ちください。',
    progress: 'お待たせして申し訳ございません。引き続き、担当者を呼び出しております。',
    // As Japanese menus call the star key; its characters could be read in another way.
    offerMessage: 'メッセージを残される場合は、こめじるしを押してください。',
    connected: '',
    consent: 'この通話は録音されます。',
    unavailable:
      '申し訳ございません。ただいま電話に出ることができません。しばらくしてから、もう一度おかけ直しください。失礼いたします。',
    voicemail: '申し訳ございません。ただいま電話に出ることができません。発信音の後に、メッセージをお話しください。',
    recorded: 'メッセージをお預かりしました。失礼いたします。',
    confirm: '{name}宛てのお電話です。発信者番号は、{caller}です。お受けになる場合は、いずれかのキーを押してください。',
    announce: '{name}宛てのお電話です。発信者番号は、{caller}です。少々お待ちください。',
    screened: '{name}宛てのお電話です。発信者番号は、{caller}です。おかけの方は、電話口でお待ちです。',
    message: '不在着信がありました。発信者番号は、{caller}です。失礼いたします。',
    taken: 'このお電話は、すでにほかの方がお受けになりました。失礼いたします。',
    callerGone: 'おかけの方は、すでに電話口にいらっしゃいません。失礼いたします。',
    lost: '申し訳ございません。お電話をおつなぎできませんでした。失礼いたします。',
    declined: 'かしこまりました。失礼いたします。',
    withheld: '非通知',
    you: 'こちらの番号',
    somebody: '担当者',
  },
  busy: '申し訳ございません。ただいま回線が混み合っております。しばらくしてから、もう一度おかけ直しください。失礼いたします。',
  keys: {
    accept: '{name}宛てのお電話です。発信者番号は、{caller}です。お受けになる場合は、{accept}を押してください。',
    decline:
      '{name}宛てのお電話です。発信者番号は、{caller}です。お断りになる場合は、{decline}を押してください。お受けになる場合は、ほかのキーを押してください。',
    both: '{name}宛てのお電話です。発信者番号は、{caller}です。お受けになる場合は、{accept}を押してください。お断りになる場合は、{decline}を押してください。',
    star: 'こめじるし',
    pound: 'シャープ',
    or: '、または',
  },
  voices: { 'ja-JP': 'Polly.Mizuki' },
};
