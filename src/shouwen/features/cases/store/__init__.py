"""SQL of cases, by what it serves: loading and writing one case, threads, queues, deadlines, figures."""
