import type { FunctionFacts } from './facts.js'

/**
 * Whether built-in functions can return NULL although no argument is NULL.
 *
 * A strict function of pg_catalog counts as never NULL unless it stands here. The names below were found by calling every
 * immutable and stable function with edge values (empty arrays and ranges, infinity, NaN, JSON null, failing matches).
 * Signatures matter: `lower(text)` always has an answer, `lower(anyrange)` has none for an unbounded range.
 */

/** Every overload. */
const nullableNames = new Set(
  (
    'array_dims array_length array_lower array_ndims array_upper array_position ' +
    'close_ls close_lseg close_pb close_pl close_ps close_sb close_sl box_intersect line_interpt lseg_interpt path_add ' +
    'col_description obj_description shobj_description ' +
    'current_schema current_setting system_user current_query ' +
    'date_part extract min_scale scale to_number ' +
    'json_array_element json_array_element_text json_extract_path json_extract_path_text json_object_field json_object_field_text ' +
    'jsonb_array_element jsonb_array_element_text jsonb_extract_path jsonb_extract_path_text jsonb_object_field jsonb_object_field_text ' +
    'jsonb_path_exists jsonb_path_exists_opr jsonb_path_exists_tz jsonb_path_match jsonb_path_match_opr jsonb_path_match_tz ' +
    'jsonb_path_query_first jsonb_path_query_first_tz ' +
    'regexp_match regexp_substr uuid_extract_timestamp uuid_extract_version ' +
    'to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype to_regtypemod to_regdatabase ' +
    'row_security_active format_type satisfies_hash_partition mxid_age icu_unicode_version ts_filter json_to_record jsonb_to_record'
  ).split(' '),
)

/** Only these overloads. */
const nullableSignatures = new Set([
  'area(path)',
  'lower(anyrange)',
  'upper(anyrange)',
  'lower(anymultirange)',
  'upper(anymultirange)',
  'substring(text,text)',
  'substring(text,text,text)',
  'time(timestamp without time zone)',
  'time(timestamp with time zone)',
  'timetz(timestamp with time zone)',
  'to_char(timestamp without time zone,text)',
  'to_char(timestamp with time zone,text)',
  'to_char(interval,text)',
  'bool(jsonb)',
  'numeric(jsonb)',
  'int2(jsonb)',
  'int4(jsonb)',
  'int8(jsonb)',
  'float4(jsonb)',
  'float8(jsonb)',
  'path_inter(path,path)',
])

/** What depends on the state of the server or looks things up in its catalogs may find nothing. */
const lookupRE = /^(?:pg_|has_|binary_upgrade_|brin_|gin_|inet_client|inet_server|ri_|txid_|lo_|currtid|.*_is_visible$)/

/** Support functions of aggregates, types and access methods: nobody calls them in a query, and some answer NULL. */
const supportRE =
  /(?:_accum|_accum_inv|_combine|_transfn|_finalfn|_serialize|_deserialize)$|^(?:float8|int8|interval|numeric)_(?:avg|sum|regr|covar|corr|var|stddev)|^int2int4_sum$|^(?:fmgr|spg|gist|acl|makeacl|acldefault)|_to_xml/

/** Arguments that no query can give. */
const internalArgumentRE =
  /\b(?:internal|cstring|trigger|event_trigger|language_handler|fdw_handler|index_am_handler|table_am_handler|tsm_handler)\b/

/** Volatile, yet never NULL. */
const volatileNeverNull = new Set(
  (
    'random random_normal gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday nextval currval lastval setval set_config txid_current pg_current_xact_id ' +
    'pg_advisory_unlock pg_advisory_unlock_shared pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock ' +
    'pg_try_advisory_xact_lock_shared'
  ).split(' '),
)

/** Stable or immutable functions that the patterns above would exclude. */
const neverNullLookups = new Set(
  (
    'pg_backend_pid pg_column_size pg_size_pretty pg_size_bytes pg_postmaster_start_time pg_conf_load_time pg_lsn pg_typeof ' +
    'pg_lsn_eq pg_lsn_ne pg_lsn_lt pg_lsn_le pg_lsn_gt pg_lsn_ge pg_lsn_mi pg_lsn_pli pg_lsn_mii'
  ).split(' '),
)

/** Not strict, yet never NULL when no argument is. */
const nonStrictNeverNull = new Set(
  (
    'array_cat array_to_string string_to_array format array_fill ' +
    'int4range int8range numrange tsrange tstzrange daterange arraycontained arraycontains ' +
    'quote_nullable overlaps pg_typeof int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange ' +
    'record_eq record_ne record_lt record_gt record_le record_ge textanycat anytextcat'
  ).split(' '),
)

/** Never NULL, whatever the arguments. */
const alwaysNotNull = new Set(
  'concat json_build_array json_build_object jsonb_build_array jsonb_build_object num_nulls num_nonnulls quote_nullable array_append array_prepend'.split(
    ' ',
  ),
)

/** Not strict, and not NULL when their first argument is not. */
const firstArgumentDecides = new Set('concat_ws array_remove array_replace array_positions'.split(' '))

export type NullRule = 'always' | 'arguments' | 'first argument' | 'nullable'

/** What a function's result depends on: `arguments` means not NULL when no argument is. */
export function nullRule(fn: FunctionFacts): NullRule {
  if (fn.schema !== 'pg_catalog') return fn.promisedNotNull ? 'always' : 'nullable'
  const argumentsText = fn.signature.slice(fn.name.length)
  // A VARIADIC array call may hand over NULL itself, so these still need their arguments.
  if (alwaysNotNull.has(fn.name)) return 'always'
  if (firstArgumentDecides.has(fn.name)) return 'first argument'
  if (volatileNeverNull.has(fn.name)) return 'arguments'
  if (fn.volatility === 'v') return 'nullable'
  if (nullableNames.has(fn.name) || nullableSignatures.has(fn.signature)) return 'nullable'
  if (internalArgumentRE.test(argumentsText)) return 'nullable'
  if ((lookupRE.test(fn.name) || supportRE.test(fn.name)) && !neverNullLookups.has(fn.name)) return 'nullable'
  if (fn.strict || nonStrictNeverNull.has(fn.name)) return 'arguments'
  return 'nullable'
}

/** As `nullRule`; a function that nobody knows may do anything. */
export function nullRuleOf(fn: FunctionFacts | undefined): NullRule {
  return fn ? nullRule(fn) : 'nullable'
}
