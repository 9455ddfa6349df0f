// The part of JSON Schema that the settings and the report use. An unknown keyword is an error, so that nothing passes unchecked.

export type Schema = { readonly [keyword: string]: unknown };

const IGNORED = new Set([
  '$defs',
  '$schema',
  'default',
  'defaultSnippets',
  'description',
  'enumDescriptions',
  'markdownDescription',
  'order',
  'patternErrorMessage',
  'scope',
  'title',
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  object: isObject,
  string: (value) => typeof value === 'string',
};

function definition(root: Schema, reference: string): Schema {
  const definitions = root['$defs'] as Readonly<Record<string, Schema>> | undefined;
  const found = definitions?.[reference.replace(/^#\/\$defs\//, '')];
  if (found === undefined) throw new Error(`${reference} is not defined`);
  return found;
}

/**
 * Paths of what does not fit; empty: it fits.
 * @param root where '#/$defs/NAME' is looked up
 */
export function schemaErrors(schema: Schema, value: unknown, at = '', root = schema): readonly string[] {
  const errors: string[] = [];
  const expect = (fits: boolean, keyword: string): void => {
    if (!fits) errors.push(`${at} ${keyword}`);
  };
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  for (const [keyword, rule] of Object.entries(schema)) {
    switch (keyword) {
      case '$ref':
        errors.push(...schemaErrors(definition(root, rule as string), value, at, root));
        break;
      case 'type': {
        const fits = TYPES[rule as string];
        if (fits === undefined) throw new Error(`unknown type ${String(rule)}`);
        expect(fits(value), keyword);
        break;
      }
      case 'required':
        if (isObject(value)) for (const name of rule as string[]) expect(name in value, `required ${name}`);
        break;
      case 'properties':
        if (!isObject(value)) break;
        for (const [name, item] of Object.entries(value)) {
          const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
          if (own !== undefined) errors.push(...schemaErrors(own, item, `${at}/${name}`, root));
        }
        break;
      case 'additionalProperties':
        if (rule !== false) throw new Error('additionalProperties may only be false');
        if (isObject(value))
          for (const name of Object.keys(value)) expect(Object.hasOwn(properties, name), `additional ${name}`);
        break;
      case 'items':
        if (Array.isArray(value))
          for (const [index, item] of value.entries())
            errors.push(...schemaErrors(rule as Schema, item, `${at}/${index}`, root));
        break;
      case 'maxItems':
        expect(!Array.isArray(value) || value.length <= (rule as number), keyword);
        break;
      case 'pattern':
        expect(typeof value !== 'string' || new RegExp(rule as string, 'u').test(value), keyword);
        break;
      case 'maxLength':
        expect(typeof value !== 'string' || value.length <= (rule as number), keyword);
        break;
      case 'minimum':
        expect(typeof value !== 'number' || value >= (rule as number), keyword);
        break;
      case 'maximum':
        expect(typeof value !== 'number' || value <= (rule as number), keyword);
        break;
      case 'enum':
        expect((rule as unknown[]).includes(value), keyword);
        break;
      case 'const':
        expect(value === rule, keyword);
        break;
      case 'anyOf':
        expect(
          (rule as Schema[]).some((branch) => schemaErrors(branch, value, at, root).length === 0),
          keyword,
        );
        break;
      default:
        if (!IGNORED.has(keyword)) throw new Error(`unknown keyword ${keyword} at ${at}`);
    }
  }
  return errors;
}
