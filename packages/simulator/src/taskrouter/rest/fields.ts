import { RestRefusal, unsupported } from '../../rest/errors.js';
import { field, urlField } from '../../rest/form.js';

/** Reads a form, and refuses unknown parameters by name. */
export class Fields {
  readonly #form: URLSearchParams;

  /** `known`: every parameter that is understood; `ignored`: those that Twilio accepts and the simulator does not need. */
  constructor(form: URLSearchParams, where: string, known: string) {
    this.#form = form;
    const names = new Set(known.split(' '));
    for (const name of form.keys()) if (!names.has(name)) throw unsupported(`the parameter ${name} of ${where}`);
  }

  text(name: string): string | undefined {
    return field(this.#form, name);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new RestRefusal(20001, `Missing required parameter ${name} in the post body`);
    return value;
  }

  url(name: string): string | undefined {
    return urlField(this.#form, name, 20001);
  }

  whole(name: string, low: number, high: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < low || number > high) {
      throw new RestRefusal(20001, `${name} must be a whole number from ${low} to ${high}: ${value}`);
    }
    return number;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw new RestRefusal(20001, `${name} must be true or false: ${value}`);
    return value === 'true';
  }

  choice<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = values.find((one) => one.toLowerCase() === value.toLowerCase());
    if (found === undefined) throw new RestRefusal(20001, `Invalid ${name}: ${value} is none of ${values.join(', ')}`);
    return found;
  }
}
