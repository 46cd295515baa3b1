-- Create table public.note
CREATE TABLE public.note (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  body text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT note_pkey PRIMARY KEY (id)
);
