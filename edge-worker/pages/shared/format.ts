const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** `1,234.5` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** `1 island`, `2 islands` */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A duration in its two largest units: `4 s`, `3 min 12 s`, `2 h 5 min`, `3 d 1 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min ${seconds % 60} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
