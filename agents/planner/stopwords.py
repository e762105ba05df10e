"""Words that stand where a name could stand and are none."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT_NAMES = words_of(
    """
    serviceaccount serviceaccounts account accounts a about above after again against ago all also am an and another any anybody anymore anyone anything are around as
    ask at available away back bad be been before being below better big both broke broken but by call called can
    click cloud cloudops come coming could currently customer customers date day days dead deal did do does doing done
    down during each early either else end enough ever every everybody everyone everything exactly explain far fast few
    fewer find fine first fix for found from full further get gets getting give given go goes going gone good got great
    had half happen happens hard has have having he hello help her here hey hi high him his hit how however i idea if in
    inside instead into is it its itself job just keep keeps kind know known last late later least left less let like
    likely little live long longer look looking looks lot low made main make makes making manually many may maybe me mean
    means might mine minute mode moment month more morning most much must my name named near need needs never new next
    nice night no nobody none nope not nothing now number of off often oh okay old on once one ones online only onto
    open or other others our ours out over own owned owner page part past people per perhaps person place please
    point possible probably put question quick quickly quite rather ready really recently right roll root run running
    safe said same say says see seem seems seen send set shall she should show side since small so some somebody
    someone something soon still stop stopped stuff such sure system systems take takes talk team tell than thank thanks
    that the their them then there these they thing things think this those though through time times to
    today together tomorrow tonight too took top toward try trying turn two under undo until up update updated upgrade
    upon us use used user using usual usually version very via wait want wants was way we week weeks well went were what
    whatever when where whether which while who whom whose why will wish with within without won word words work worked
    working works world would write wrong yes yesterday yet you your yours
    actual actually affected alive allowed application applications apps app arrange assume autoscaler
    bit bot bounce bring bump burning capacity check checked clean code command component contact correct count cpu
    crashed current data dear default delete details diff difference disk display drain edit engineer env environment
    error exec figure fire freeze fully graph green guys healthy heavy history home image images impact incident info
    information infra infrastructure internal it's just kick kill kindly kubernetes lag lately list log logged
    logging logs manifest max maximum mem memory might min minimum moment namespaces network normal offline oncall one's
    oom outage overall overloaded p50 p90 p95 p99 percent performance platform please pod pods policy port proceed
    production promql proposal query rate rates rather read really rebooted recent red release reload
    remove removed report reports resource responsible restarts result results revert risk risky role rps qps schedule
    scheduled second seconds secret secrets security setting settings show sick site situation slowly someone spec
    stable staging state status stack stuck summary support tail tell terminate test thanks think thread ticket
    trace traces trend trouble type unable unstable usage view warn what's who's workload workloads yaml yeah
    yep you've bob alice carol dan previous following earlier kubectl helm fault guilty blame victim reason oncall
    on-call roll-back on-fire roll-out set-up follow-up p-95 back-off scale-up scale-down long-running out-of-memory
    read-only rollback roll-backs rolled-back re-start re-deploy re-run redeploy deploying shipped pushed merged went
    cannot propose proposed proposing fixed solved resolved somehow suddenly oomkilled oom-killed crashloopbackoff imagepullbackoff errimagepull evicted terminating
    unschedulable containercreating constantly always continuously randomly sometimes twice thrice anyhow anyway basically literally
    """
)
