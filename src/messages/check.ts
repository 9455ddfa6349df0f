// Checks of the values that arrive in messages: nothing is taken for what its type says until it was looked at.

export type Fields = Readonly<Record<string, unknown>>;
export type Check = (value: unknown) => boolean;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number from 0. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

export const isFlag: Check = (value) => typeof value === 'boolean';

/** @param max in UTF-16 units */
export const isText =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max;

export const isOneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const isMaybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** @param max entries */
export const isListOf =
  (check: Check, max: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= max && value.every(check);

/** All of these fields, each as its check says, and no others. */
export const isShape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) &&
    Object.keys(value).every((key) => Object.hasOwn(checks, key)) &&
    Object.entries(checks).every(([key, check]) => check(value[key]));
