"""Oracle Cloud as tools use it: two principals, one client a service and region, three error words, nothing hidden.

`oci` is imported when a client is first needed: it costs a second and fifty megabytes.
"""
