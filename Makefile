# Everything a person types. `make help` explains.

CLUSTER := scripts/cluster/cluster

.PHONY: help demo run test soak fuzz format benchmark benchmark-full cluster-up cluster-status cluster-down

help:
	@echo "make demo            bring up what is missing, run the service, read a flag from a real container, clean up"
	@echo "make run             the same service in the foreground, with curl lines to paste"
	@echo "make test            format, scripts, unit, integration and end-to-end tests"
	@echo "make soak            the random run, longer: 20,000 operations (RANDOM_RUN_SEED repeats one)"
	@echo "make fuzz            ten minutes of fuzzing the Pod policy"
	@echo "make benchmark       latency of a create against the bare floor, and memory"
	@echo "make benchmark-full  2,700 stacks at once: creates, lists, passes of the reconciler, deletes"
	@echo "make format          format the Swift sources"
	@echo "make cluster-up      start the local Kubernetes (repeat at will)"
	@echo "make cluster-status  what of it runs, and where"
	@echo "make cluster-down    end it and leave nothing behind"

demo:
	scripts/demo

run:
	scripts/run

test:
	scripts/test

soak:
	RANDOM_RUN_OPERATIONS=20000 scripts/test --filter RandomRunTests

fuzz:
	scripts/fuzz 600

benchmark:
	scripts/benchmark sqlite
	scripts/benchmark dynamodb

benchmark-full:
	scripts/benchmark sqlite full

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzzing

cluster-up:
	$(CLUSTER) up

cluster-status:
	$(CLUSTER) status

cluster-down:
	$(CLUSTER) down
