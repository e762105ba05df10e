"""From a request to an answer: routes, parameters, paging, etags, retry tokens, faults, the record of calls."""
