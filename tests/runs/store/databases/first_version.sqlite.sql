BEGIN TRANSACTION;
CREATE TABLE epochs (
	run INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	loss DOUBLE NOT NULL, 
	accuracy DOUBLE NOT NULL, 
	validation_loss DOUBLE, 
	validation_accuracy DOUBLE, 
	seconds DOUBLE NOT NULL, 
	PRIMARY KEY (run, epoch), 
	FOREIGN KEY(run) REFERENCES runs (number) ON DELETE CASCADE
);
INSERT INTO "epochs" VALUES(1,1,0.5,8.50000000000000088817e-01,0.4,0.9,2.5);
INSERT INTO "epochs" VALUES(1,2,0.25,0.9,0.2,0.95,2.5);
CREATE TABLE runs (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title VARCHAR(80) NOT NULL, 
	config TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	is_stop_wanted BOOLEAN NOT NULL, 
	message TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	started DOUBLE, 
	ended DOUBLE, 
	heartbeat DOUBLE, 
	worker VARCHAR(64), 
	epoch INTEGER, 
	batch INTEGER, 
	batches INTEGER, 
	model VARCHAR(128), 
	test_loss DOUBLE, 
	test_accuracy DOUBLE
);
INSERT INTO "runs" VALUES(1,'Tutorial','{"preset": "tutorial", "epochs": 2, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0}, "early_stopping": null}','finished',0,'',1.79570741794789314272e+09,1.79570741796692132956e+09,1.79570741798340201373e+09,1.79570741798340249061e+09,'host/1/x',2,1500,1500,'tutorial-1',0.11,0.966);
INSERT INTO "runs" VALUES(2,'Waiting','{"preset": "convolutional", "epochs": 10, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "validation_split": 0.2, "training_digits": 60000, "seed": 1, "augmentation": {"shift": 0.0, "rotation": 0.0, "scale": 0.0}, "early_stopping": null}','queued',0,'',1.79570741798560333255e+09,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX ix_runs_state ON runs (state);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',2);
COMMIT;
