// Numbers and times as people read them.

const grouped = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

export const count = (value) => grouped.format(value);

export const plural = (value, one, many = one + "s") => `${count(value)} ${value === 1 ? one : many}`;

export function cores(milli) {
  return milli < 1000 ? `${count(milli)}m` : short.format(milli / 1000);
}

export const inCores = (milli) => (milli < 1000 ? cores(milli) : milli === 1000 ? "1 core" : `${cores(milli)} cores`);

export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${short.format(value)} ${units[unit]}`;
}

/** What is in use of nothing is all of it. */
export const percent = (part, whole) => (whole > 0 ? Math.min(999, Math.round((100 * part) / whole)) : part > 0 ? 100 : 0);

/** The two largest units of a duration in milliseconds. */
export function duration(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "–";
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  if (days > 0) return `${days}d ${two(hours)}h`;
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  if (minutes > 0) return `${minutes}m ${two(seconds % 60)}s`;
  return `${seconds}s`;
}

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");

/** A time in milliseconds or as the API writes it, in the time zone of the reader. */
export function dateAndTime(time) {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? typeof time === "string" ? time : "–" : `${date.toLocaleDateString("sv-SE")} ${clock(date)}`;
}
