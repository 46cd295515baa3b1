-- Create schema asset
CREATE SCHEMA asset;
-- Create schema auth
CREATE SCHEMA auth;
-- Create enum asset.kind
CREATE TYPE asset.kind AS ENUM ('stock', 'fund', 'bond', 'cash');
-- Create table auth."user"
CREATE TABLE auth."user" (
  id text NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  "emailVerified" boolean NOT NULL,
  image text,
  "createdAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT user_pkey PRIMARY KEY (id),
  CONSTRAINT user_email_key UNIQUE (email)
);
-- Create table asset.asset
CREATE TABLE asset.asset (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  symbol text NOT NULL,
  name text NOT NULL,
  kind asset.kind DEFAULT 'stock'::asset.kind NOT NULL,
  added_by text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT asset_symbol_check CHECK ((symbol = upper(symbol))),
  CONSTRAINT asset_pkey PRIMARY KEY (id),
  CONSTRAINT asset_symbol_key UNIQUE (symbol),
  CONSTRAINT asset_added_by_fkey FOREIGN KEY (added_by) REFERENCES auth."user"(id) ON DELETE SET NULL
);
-- Comment table asset.asset
COMMENT ON TABLE asset.asset IS 'Something that can be held.';
-- Comment column asset.asset.symbol
COMMENT ON COLUMN asset.asset.symbol IS 'Ticker, in capitals.';
-- Create index asset.asset_added_by_idx
CREATE INDEX asset_added_by_idx ON asset.asset USING btree (added_by);
-- Create table auth.session
CREATE TABLE auth.session (
  id text NOT NULL,
  "expiresAt" timestamp with time zone NOT NULL,
  token text NOT NULL,
  "createdAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamp with time zone NOT NULL,
  "ipAddress" text,
  "userAgent" text,
  "userId" text NOT NULL,
  CONSTRAINT session_pkey PRIMARY KEY (id),
  CONSTRAINT session_token_key UNIQUE (token),
  CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES auth."user"(id) ON DELETE CASCADE
);
-- Create index auth."session_userId_idx"
CREATE INDEX "session_userId_idx" ON auth.session USING btree ("userId");
-- Create table auth.account
CREATE TABLE auth.account (
  id text NOT NULL,
  "accountId" text NOT NULL,
  "providerId" text NOT NULL,
  "userId" text NOT NULL,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamp with time zone,
  "refreshTokenExpiresAt" timestamp with time zone,
  scope text,
  password text,
  "createdAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamp with time zone NOT NULL,
  CONSTRAINT account_pkey PRIMARY KEY (id),
  CONSTRAINT "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES auth."user"(id) ON DELETE CASCADE
);
-- Create index auth."account_userId_idx"
CREATE INDEX "account_userId_idx" ON auth.account USING btree ("userId");
-- Create table auth.verification
CREATE TABLE auth.verification (
  id text NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  "expiresAt" timestamp with time zone NOT NULL,
  "createdAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT verification_pkey PRIMARY KEY (id)
);
-- Create index auth.verification_identifier_idx
CREATE INDEX verification_identifier_idx ON auth.verification USING btree (identifier);
-- Create table public.holding
CREATE TABLE public.holding (
  user_id text NOT NULL,
  asset_id uuid NOT NULL,
  quantity numeric(20,6) NOT NULL,
  CONSTRAINT holding_quantity_check CHECK ((quantity > (0)::numeric)),
  CONSTRAINT holding_pkey PRIMARY KEY (user_id, asset_id),
  CONSTRAINT holding_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE,
  CONSTRAINT holding_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES asset.asset(id)
);
-- Create index public.holding_asset_id_idx
CREATE INDEX holding_asset_id_idx ON public.holding USING btree (asset_id);
-- Create function asset.set_updated_at()
CREATE FUNCTION asset.set_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
$function$;
-- Create trigger asset.asset.asset_set_updated_at
CREATE TRIGGER asset_set_updated_at BEFORE UPDATE ON asset.asset FOR EACH ROW EXECUTE FUNCTION asset.set_updated_at();
-- Create view public.portfolio
CREATE VIEW public.portfolio AS
SELECT h.user_id,
    a.symbol,
    a.name,
    a.kind,
    h.quantity
   FROM (public.holding h
     JOIN asset.asset a ON ((a.id = h.asset_id)));
