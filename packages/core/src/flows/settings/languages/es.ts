import type { Language } from './language.js';

/** Not reviewed by a native speaker. */
export const SPANISH: Language = {
  texts: {
    greeting: 'Un momento, por favor. Estamos conectando su llamada.',
    progress: 'Gracias por su espera. Seguimos buscando a alguien que atienda su llamada.',
    offerMessage: 'Si desea dejar un mensaje ahora, pulse la tecla asterisco.',
    connected: '',
    consent: 'Esta llamada será grabada.',
    unavailable:
      'Lo sentimos, en este momento nadie puede atender su llamada. Por favor, inténtelo de nuevo más tarde. Adiós.',
    voicemail:
      'Lo sentimos, en este momento nadie puede atender su llamada. Por favor, deje un mensaje después de la señal.',
    recorded: 'Gracias por su mensaje. Adiós.',
    confirm: 'Una llamada para {name}, de {caller}. Pulse cualquier tecla para aceptarla.',
    announce: 'Una llamada para {name}, de {caller}. Un momento, por favor.',
    screened:
      'Esta es una llamada para {name}, de {caller}. La persona que llama está en la línea y espera para hablar.',
    message: 'Tiene una llamada perdida de {caller}. Adiós.',
    taken: 'Otra persona ya ha atendido la llamada. Adiós.',
    callerGone: 'La persona que llamaba ya no está en la línea. Adiós.',
    lost: 'Lo sentimos, no se ha podido conectar la llamada. Adiós.',
    declined: 'De acuerdo. Adiós.',
    withheld: 'un número oculto',
    you: 'usted',
    somebody: 'alguien',
  },
  busy: 'Lo sentimos, todas nuestras líneas están ocupadas. Por favor, inténtelo de nuevo más tarde. Adiós.',
  keys: {
    accept: 'Una llamada para {name}, de {caller}. Pulse {accept} para aceptarla.',
    decline:
      'Una llamada para {name}, de {caller}. Pulse {decline} para rechazarla, o cualquier otra tecla para aceptarla.',
    both: 'Una llamada para {name}, de {caller}. Pulse {accept} para aceptarla. Para rechazarla, pulse {decline}.',
    star: 'asterisco',
    pound: 'almohadilla',
    // Before "ocho" a plain "o" would be "u".
    or: ' o bien ',
  },
  voices: { 'es-ES': 'Polly.Lucia', 'es-MX': 'Polly.Mia', 'es-US': 'Polly.Lupe' },
};
