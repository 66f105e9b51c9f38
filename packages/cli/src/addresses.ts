/** True for the same address, whatever is configured for retries after `#`. */
export function isSameAddress(one: string, other: string): boolean {
  return withoutFragment(one) === withoutFragment(other);
}

export function withoutFragment(address: string): string {
  return address.split('#')[0] ?? '';
}
