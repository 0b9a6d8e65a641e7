-- How long a pipeline's runs usually take is asked for every line of a list.
create index pipeline_run_usual on pipeline_run (pipeline, said_state, id);
