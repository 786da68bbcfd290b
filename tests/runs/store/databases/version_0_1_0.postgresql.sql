CREATE TABLE public.drawings (
    number integer NOT NULL,
    owner character varying(64) NOT NULL,
    owner_name character varying(80) NOT NULL,
    label smallint NOT NULL,
    image bytea NOT NULL,
    picture bytea,
    strokes text,
    read smallint,
    network character varying(128) NOT NULL,
    source character varying(16) NOT NULL,
    created double precision NOT NULL
);
CREATE SEQUENCE public.drawings_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.drawings_number_seq OWNED BY public.drawings.number;
CREATE TABLE public.epochs (
    run integer NOT NULL,
    epoch integer NOT NULL,
    loss double precision NOT NULL,
    accuracy double precision NOT NULL,
    validation_loss double precision,
    validation_accuracy double precision,
    seconds double precision NOT NULL
);
CREATE TABLE public.observations (
    run integer NOT NULL,
    epoch integer NOT NULL,
    content text NOT NULL
);
CREATE TABLE public.runs (
    number integer NOT NULL,
    title character varying(80) NOT NULL,
    is_named boolean DEFAULT false NOT NULL,
    owner character varying(64) DEFAULT ''::character varying NOT NULL,
    owner_name character varying(80) DEFAULT ''::character varying NOT NULL,
    config text NOT NULL,
    state character varying(16) NOT NULL,
    is_stop_wanted boolean NOT NULL,
    is_pause_wanted boolean DEFAULT false NOT NULL,
    is_attended boolean DEFAULT false NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    recoveries integer DEFAULT 0 NOT NULL,
    message text NOT NULL,
    created double precision NOT NULL,
    started double precision,
    ended double precision,
    heartbeat double precision,
    worker character varying(128),
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
ALTER TABLE ONLY public.drawings ALTER COLUMN number SET DEFAULT nextval('public.drawings_number_seq'::regclass);
ALTER TABLE ONLY public.runs ALTER COLUMN number SET DEFAULT nextval('public.runs_number_seq'::regclass);
INSERT INTO public.drawings VALUES (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Ann', 1, '\x14141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414', '\x89504e470001', '[{"type":"path"}]', 1, 'tutorial', 'correction', 1790000000);
INSERT INTO public.drawings VALUES (2, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Ann', 2, '\x28282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828282828', NULL, NULL, NULL, '', 'import', 1790000000);
INSERT INTO public.drawings VALUES (3, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Ann', 7, '\x8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c8c', '\x89504e470007', NULL, 7, 'tutorial', 'correction', 1790000000);
INSERT INTO public.epochs VALUES (1, 1, 0.2891586124897003, 0.9175624847412109, 0.1526607722043991, 0.9558333158493042, 5.133769719000156);
INSERT INTO public.epochs VALUES (1, 2, 0.1278243362903595, 0.9623333215713501, 0.11737804859876633, 0.9651666879653931, 0.8307032579996303);
INSERT INTO public.epochs VALUES (2, 1, 0.5, 0.8, NULL, NULL, 2.5);
INSERT INTO public.observations VALUES (1, 0, '{"epoch": 0, "digits": 1000, "layers": [{"layer": "hidden", "weights": 100352, "gradient_norm": 1.4575574398040771, "weight_norm": 14.807204246520996, "change": null, "moved": null, "units": 128, "dead": 0, "histogram": [3310, 3208, 3194, 3192, 3141, 3237, 3247, 3306, 3329, 3222, 3294, 3207, 3214, 3274, 3310, 3236, 3183, 3280, 3223, 3174, 3236, 3283, 3332, 3222, 3212, 3361, 3173, 3104, 3161, 3224, 3263], "limit": 0.08111047744750977}, {"layer": "digits", "weights": 1280, "gradient_norm": 0.6013789772987366, "weight_norm": 4.239101409912109, "change": null, "moved": null, "units": 0, "dead": 0, "histogram": [42, 38, 29, 44, 28, 42, 46, 37, 46, 38, 44, 48, 49, 36, 33, 37, 39, 48, 42, 44, 52, 43, 39, 39, 47, 46, 51, 37, 33, 44, 39], "limit": 0.20848457515239716}]}');
INSERT INTO public.observations VALUES (1, 1, '{"epoch": 1, "digits": 1000, "layers": [{"layer": "hidden", "weights": 100352, "gradient_norm": 0.18435896933078766, "weight_norm": 20.665117263793945, "change": 0.9809866547584534, "moved": 0.8774912308673469, "units": 128, "dead": 3, "histogram": [2, 2, 8, 6, 10, 35, 71, 196, 474, 987, 2314, 4369, 8922, 11931, 13822, 14298, 13640, 12316, 8837, 4546, 2143, 924, 346, 112, 30, 9, 2, 0, 0, 0, 0], "limit": 0.3898395001888275}, {"layer": "digits", "weights": 1280, "gradient_norm": 0.1574404388666153, "weight_norm": 6.181750774383545, "change": 0.704149067401886, "moved": 0.9890625, "units": 0, "dead": 0, "histogram": [2, 4, 5, 13, 15, 32, 34, 54, 60, 58, 64, 67, 61, 72, 57, 76, 83, 74, 90, 77, 81, 84, 51, 35, 11, 8, 4, 4, 1, 2, 1], "limit": 0.48287492990493774}]}');
INSERT INTO public.observations VALUES (1, 2, '{"epoch": 2, "digits": 1000, "layers": [{"layer": "hidden", "weights": 100352, "gradient_norm": 0.17439690232276917, "weight_norm": 24.47186279296875, "change": 0.36798980832099915, "moved": 0.8326590401785714, "units": 128, "dead": 2, "histogram": [4, 2, 6, 9, 8, 35, 73, 151, 295, 729, 1579, 3422, 6597, 12762, 16207, 17252, 16263, 12850, 6591, 3314, 1434, 525, 164, 55, 22, 1, 2, 0, 0, 0, 0], "limit": 0.5227756500244141}, {"layer": "digits", "weights": 1280, "gradient_norm": 0.15764868259429932, "weight_norm": 7.141592979431152, "change": 0.23170587420463562, "moved": 0.9296875, "units": 0, "dead": 0, "histogram": [4, 6, 7, 13, 12, 27, 33, 35, 55, 57, 68, 58, 68, 80, 68, 79, 85, 102, 105, 89, 95, 63, 32, 20, 5, 6, 1, 2, 3, 1, 1], "limit": 0.5918646454811096}]}');
INSERT INTO public.runs VALUES (1, 'Tutorial 1', false, '', '', '{"preset": "tutorial", "epochs": 2, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0, "shear": 0.0, "elastic": 0.0, "erasing": 0.0}, "written_digits": 0, "averaging": false, "calibration": false, "early_stopping": null, "tuning": null}', 'finished', false, false, true, 0, 0, '', 1795707375.3033464, 1795707375.3033464, 1795707384.093187, 1795707384.0931873, 'host/1/0477ee44', 2, 1500, 1500, 'tutorial-20261126-153622-1', 0.1107594429313521, 0.966);
INSERT INTO public.runs VALUES (2, 'Ann''s ✓ try', true, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Ann', '{"preset": "convolutional", "epochs": 3, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0, "shear": 0.0, "elastic": 0.0, "erasing": 0.0}, "written_digits": 0, "averaging": false, "calibration": false, "early_stopping": null, "tuning": null}', 'paused', true, true, false, 0, 0, '', 1795707387.6002965, 1795707387.6052828, 1795707387.6169908, 1795707387.616991, 'host/1/x', 2, 10, 100, NULL, NULL, NULL);
INSERT INTO public.runs VALUES (3, 'Tutorial 3', false, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Ann', '{"preset": "tutorial", "epochs": 10, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0, "shear": 0.0, "elastic": 0.0, "erasing": 0.0}, "written_digits": 0, "averaging": false, "calibration": false, "early_stopping": null, "tuning": null}', 'queued', false, false, false, 0, 0, '', 1795707387.618595, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.drawings_number_seq', 3, true);
SELECT pg_catalog.setval('public.runs_number_seq', 3, true);
ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_pkey PRIMARY KEY (run, epoch);
ALTER TABLE ONLY public.observations
    ADD CONSTRAINT observations_pkey PRIMARY KEY (run, epoch);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (number);
CREATE INDEX ix_drawings_owner ON public.drawings USING btree (owner);
CREATE INDEX ix_runs_owner ON public.runs USING btree (owner);
CREATE INDEX ix_runs_state ON public.runs USING btree (state);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_run_fkey FOREIGN KEY (run) REFERENCES public.runs(number);
ALTER TABLE ONLY public.observations
    ADD CONSTRAINT observations_run_fkey FOREIGN KEY (run) REFERENCES public.runs(number);
