"""Oracle Cloud on this machine: the API as the SDK's own sources describe it, over a tenancy that a scenario fills.

One port, a path prefix a service (`http://127.0.0.1:PORT/monitoring`), so that the unmodified SDK and the OCI
command line reach every service with `service_endpoint` / `--endpoint`.
"""
