import type { Language } from './language.js';

/** For Brazil and Portugal, so in words that both have. Not reviewed by a native speaker. */
export const PORTUGUESE: Language = {
  texts: {
    greeting: 'Aguarde um momento, por favor. A sua chamada será encaminhada em seguida.',
    progress: 'Agradecemos a espera. Continuamos à procura de alguém para atender a sua chamada.',
    offerMessage: 'Para deixar uma mensagem agora, pressione a tecla asterisco.',
    connected: '',
    consent: 'Esta chamada será gravada.',
    unavailable:
      'Lamentamos, mas ninguém pode atender a sua chamada neste momento. Por favor, tente novamente mais tarde. Até logo.',
    voicemail:
      'Lamentamos, mas ninguém pode atender a sua chamada neste momento. Por favor, deixe uma mensagem após o sinal.',
    recorded: 'Agradecemos a sua mensagem. Até logo.',
    confirm: 'Uma chamada para {name}, de {caller}. Pressione qualquer tecla para atender.',
    announce: 'Uma chamada para {name}, de {caller}. Um momento, por favor.',
    screened: 'Esta é uma chamada para {name}, de {caller}. A pessoa que ligou está na linha e aguarda para falar.',
    message: 'Há uma chamada perdida de {caller}. Até logo.',
    taken: 'Outra pessoa já atendeu a chamada. Até logo.',
    callerGone: 'A pessoa que ligou já não está na linha. Até logo.',
    lost: 'Lamentamos, mas não foi possível completar a chamada. Até logo.',
    declined: 'Está bem. Até logo.',
    withheld: 'um número não identificado',
    // "você" is familiar in Portugal, and "o senhor" would have to know whom it speaks to.
    you: 'este telefone',
    somebody: 'alguém',
  },
  busy: 'Lamentamos, mas todas as nossas linhas estão ocupadas. Por favor, tente novamente mais tarde. Até logo.',
  keys: {
    accept: 'Uma chamada para {name}, de {caller}. Pressione {accept} para atender.',
    decline:
      'Uma chamada para {name}, de {caller}. Pressione {decline} para recusar, ou qualquer outra tecla para atender.',
    both: 'Uma chamada para {name}, de {caller}. Pressione {accept} para atender, ou {decline} para recusar.',
    star: 'asterisco',
    pound: 'cerquilha',
    or: ' ou ',
  },
  voices: { 'pt-BR': 'Polly.Camila', 'pt-PT': 'Polly.Ines' },
};
