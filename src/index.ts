/** The plugin object: meta, rules, presets. */
import type { ESLint, Linter } from 'eslint';
import corsBeforeAuth from '../rules/cors-before-auth.ts';
import corsBeforeRoutes from '../rules/cors-before-routes.ts';
import noDenialByError from '../rules/no-denial-by-error.ts';
import noExpress5StarPath from '../rules/no-express5-star-path.ts';
import noHangingCors from '../rules/no-hanging-cors.ts';
import noHardcodedOrigins from '../rules/no-hardcoded-origins.ts';
import noInsecureOrigin from '../rules/no-insecure-origin.ts';
import noLocalhostOrigin from '../rules/no-localhost-origin.ts';
import noMissingOriginError from '../rules/no-missing-origin-error.ts';
import noNullOrigin from '../rules/no-null-origin.ts';
import noReflectedOrigin from '../rules/no-reflected-origin.ts';
import noStackedCors from '../rules/no-stacked-cors.ts';
import noUnsafeOriginMatch from '../rules/no-unsafe-origin-match.ts';
import noWildcardCredentials from '../rules/no-wildcard-credentials.ts';
import pairLoopbackOrigins from '../rules/pair-loopback-origins.ts';
import preferSafeCors from '../rules/prefer-safe-cors.ts';
import requireAuthorizationHeader from '../rules/require-authorization-header.ts';
import requireExplicitOrigin from '../rules/require-explicit-origin.ts';
import requirePreflightRoute from '../rules/require-preflight-route.ts';
import requireVaryOrigin from '../rules/require-vary-origin.ts';
import safeEnvOrigins from '../rules/safe-env-origins.ts';
import sensibleMaxAge from '../rules/sensible-max-age.ts';
import validCorsOptions from '../rules/valid-cors-options.ts';
import validMethodsAndHeaders from '../rules/valid-methods-and-headers.ts';
import validOrigin from '../rules/valid-origin.ts';
import { name, version } from './package.ts';
import type { CorsRule, PresetName } from './rule.ts';

export interface Plugin extends ESLint.Plugin {
  meta: { name: string; version: string; namespace: string };
  configs: {
    recommended: Linter.Config;
    strict: Linter.Config;
    migrate: Linter.Config;
    all: Linter.Config;
  };
}

const rules: Readonly<Record<string, CorsRule>> = {
  'cors-before-auth': corsBeforeAuth,
  'cors-before-routes': corsBeforeRoutes,
  'no-denial-by-error': noDenialByError,
  'no-express5-star-path': noExpress5StarPath,
  'no-hanging-cors': noHangingCors,
  'no-hardcoded-origins': noHardcodedOrigins,
  'no-insecure-origin': noInsecureOrigin,
  'no-localhost-origin': noLocalhostOrigin,
  'no-missing-origin-error': noMissingOriginError,
  'no-null-origin': noNullOrigin,
  'no-reflected-origin': noReflectedOrigin,
  'no-stacked-cors': noStackedCors,
  'no-unsafe-origin-match': noUnsafeOriginMatch,
  'no-wildcard-credentials': noWildcardCredentials,
  'pair-loopback-origins': pairLoopbackOrigins,
  'prefer-safe-cors': preferSafeCors,
  'require-authorization-header': requireAuthorizationHeader,
  'require-explicit-origin': requireExplicitOrigin,
  'require-preflight-route': requirePreflightRoute,
  'require-vary-origin': requireVaryOrigin,
  'safe-env-origins': safeEnvOrigins,
  'sensible-max-age': sensibleMaxAge,
  'valid-cors-options': validCorsOptions,
  'valid-methods-and-headers': validMethodsAndHeaders,
  'valid-origin': validOrigin,
};

const plugin = {
  meta: { name, version, namespace: 'cors' },
  rules: rules as object as NonNullable<ESLint.Plugin['rules']>,
} as Plugin;
plugin.configs = {
  recommended: preset('recommended'),
  strict: preset('strict'),
  migrate: preset('migrate'),
  all: all(),
};

/** The rules that name the preset in their metadata, as it says there. */
function preset(preset: PresetName): Linter.Config {
  return config(
    preset,
    Object.entries(rules).flatMap(([rule, { meta }]) => {
      const entry = meta.docs?.presets[preset];
      return entry ? [[rule, [...entry]] as const] : [];
    }),
  );
}

/** Every rule, as strict as it gets. */
function all(): Linter.Config {
  return config(
    'all',
    Object.entries(rules).map(
      ([rule, { meta }]) => [rule, [...(meta.docs?.presets.strict ?? ['error'])]] as const,
    ),
  );
}

function config(
  preset: string,
  entries: readonly (readonly [rule: string, entry: unknown[]])[],
): Linter.Config {
  return {
    name: `cors/${preset}`,
    plugins: { cors: plugin },
    rules: Object.fromEntries(entries.map(([rule, entry]) => [`cors/${rule}`, entry as Linter.RuleEntry])),
  };
}

export { plugin as default, plugin as 'module.exports' };
