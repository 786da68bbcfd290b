CREATE TABLE public.epochs (
    run integer NOT NULL,
    epoch integer NOT NULL,
    loss double precision NOT NULL,
    accuracy double precision NOT NULL,
    validation_loss double precision,
    validation_accuracy double precision,
    seconds double precision NOT NULL
);
CREATE TABLE public.runs (
    number integer NOT NULL,
    title character varying(80) NOT NULL,
    config text NOT NULL,
    state character varying(16) NOT NULL,
    is_stop_wanted boolean NOT NULL,
    message text NOT NULL,
    created double precision NOT NULL,
    started double precision,
    ended double precision,
    heartbeat double precision,
    worker character varying(64),
    epoch integer,
    batch integer,
    batches integer,
    model character varying(128),
    test_loss double precision,
    test_accuracy double precision
);
CREATE SEQUENCE public.runs_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.runs_number_seq OWNED BY public.runs.number;
ALTER TABLE ONLY public.runs ALTER COLUMN number SET DEFAULT nextval('public.runs_number_seq'::regclass);
INSERT INTO public.epochs VALUES (1, 1, 0.5, 0.8500000000000001, 0.4, 0.9, 2.5);
INSERT INTO public.epochs VALUES (1, 2, 0.25, 0.9, 0.2, 0.95, 2.5);
INSERT INTO public.runs VALUES (1, 'Tutorial', '{"preset": "tutorial", "epochs": 2, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0}, "early_stopping": null}', 'finished', false, '', 1795707419.3538709, 1795707419.3644102, 1795707419.3783655, 1795707419.378366, 'host/1/x', 2, 1500, 1500, 'tutorial-1', 0.11, 0.966);
INSERT INTO public.runs VALUES (2, 'Waiting', '{"preset": "convolutional", "epochs": 10, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0}, "early_stopping": null}', 'queued', false, '', 1795707419.3843553, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.runs_number_seq', 2, true);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_pkey PRIMARY KEY (run, epoch);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (number);
CREATE INDEX ix_runs_state ON public.runs USING btree (state);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_run_fkey FOREIGN KEY (run) REFERENCES public.runs(number) ON DELETE CASCADE;
