"""Every safety property, the line that guards it, and the test that fails when that line is gone.

`Guard(ids, file, line, without, test)`: `line` stands exactly once in `file`; `without` is what a careless edit would
leave. docs/safety-tests.md is written from this list; tests/chaos/test_guards.py deletes each line and runs the test.
"""

from __future__ import annotations

from typing import NamedTuple


class Guard(NamedTuple):
    id: str
    says: str
    file: str
    line: str
    without: str
    test: str


C, P, G = "agents/changes", "agents/policy", "agents/gate"
LIFE, CLICKS, RUN = "test_changes_life.py", "test_changes_clicks.py", "test_changes_execute.py"
SIGNED = "test_keys_signed.py"
SEALED, KILL = "test_changes_sealed.py", "../chaos/test_kill_points.py"
GLASS, ACCESS, TEAMS = "test_changes_glass.py", "test_changes_access.py", "test_policy_teams.py"
DECIDE, CALLS = "test_policy_decide.py", "test_gate_calls.py"
AUDIT, TAMPERED, STORED = "storage/audit", "test_audit_tampering.py", "../contracts/test_store_audit.py"

GUARDS = (
    Guard("A1", "the body has the approved hash", f"{C}/seal.py", "if digest(row.body) != row.hash:", "if False:", f"{SEALED}::test_a1_any_edit_of_the_sealed_body_is_refused"),
    Guard("A1", "columns say what the body says", f"{C}/seal.py", "    if problem:\n", "    if False:\n", f"{SEALED}::test_a1_any_edited_column_is_refused"),
    Guard("A1", "an approval is for one hash", f"{C}/quorum.py", "elif approval.plan_hash != plan_hash:", "elif False:", f"{SEALED}::test_an_approval_copied_from_another_plan_does_not_count"),
    Guard("A3", "one claim wins", f"{C}/execute.py", 'EXECUTING, {APPROVED}, "started"', 'EXECUTING, {APPROVED, EXECUTING}, "started"', f"{KILL}::test_a3_of_many_claims_of_one_plan_one_wins"),
    Guard("A4", "late clicks find the plan expired", f"{C}/decide.py", "if self._ledger.clock.now() >= row.expires_at:", "if False:", f"{CLICKS}::test_a4_expiry_means_no_at_the_second"),
    Guard("A4", "late claims find it too", f"{C}/execute.py", "not_expired_at=now", "not_expired_at=None", f"{CLICKS}::test_a4_approved_but_started_too_late_never_runs"),
    Guard("A5", "the requester's click is refused", f"{C}/decide.py", "if case.person is not None and asked_for(plan, case.person) and four_eyes(policy, plan):", "if False:", f"{CLICKS}::test_a5_the_requester_cannot_approve_in_production"),
    Guard("A5", "and their approval never counts", f"{C}/quorum.py", "if asked_for(plan, person) and four_eyes(policy, plan):", "if False:", f"{SEALED}::test_a5_an_approval_of_the_requester_in_the_table_does_not_count"),
    Guard("A5", "four eyes cannot be configured away", f"{P}/rules.py", "part.not_requester or self.is_production(environment) or risk.rank >= Risk.HIGH.rank", "part.not_requester", "test_policy_load.py::test_four_eyes_cannot_be_switched_off_for_high_risk_or_production"),
    Guard("A6", "one person once", f"{C}/decide.py", 'if not await self._add(case, person, decision, "approve") and not await self._signs_too(case, person):', 'if not await self._add(case, person, decision, "approve") and False:', f"{CLICKS}::test_a6_two_people_and_one_person_twice"),
    Guard("A6", "rights are counted as they are now", f"{C}/quorum.py", "elif problem := _problem(policy, plan, approval, voters):", 'elif problem := "":', f"{CLICKS}::test_a6_an_approver_who_lost_the_role_no_longer_counts"),
    Guard("A6", "any no ends it", f"{C}/quorum.py", "            denied = True\n", "            denied = False\n", f"{SEALED}::test_a6_a_recorded_no_stops_what_was_made_approved"),
    Guard("A7", "approvers are looked at again when it runs", f"{C}/checks.py", "if not count.reached:", "if False:", f"{RUN}::test_a7_an_approver_deactivated_before_the_run_stops_it"),
    Guard("A9", "the target is read again", f"{C}/execute.py", "            no_drift(reread)\n", "            pass\n", f"{RUN}::test_a9_drift_voids_the_plan_and_the_card_shows_it"),
    Guard("A10", "the write carries the version just read", f"{C}/execute.py", "run.approved(APPLY), reread.precondition", 'run.approved(APPLY), ""', f"{RUN}::test_a10_a_change_between_reread_and_write_writes_nothing"),
    Guard("A11", "the server is asked again before the write", f"{C}/execute.py", "await run.action.dry_run(self._hands.call(run), run.plan.draft, reread.precondition)", "pass", f"{RUN}::test_a11_the_dry_run_is_asked_again_before_the_write"),
    Guard("A11", "and before a card is made", "tools/remediation/writing.py", '{"dry_run": await dry_run(call, draft, version)}', '{"dry_run": ""}', "test_actions_workload.py::test_a_dry_run_that_is_refused_gives_no_plan"),
    Guard("A12", "protected targets are never changed", f"{C}/risk.py", "if policy.is_protected(part.target, part.tags):", "if False:", f"{LIFE}::test_a12_protected_namespaces_are_refused_and_audited"),
    Guard("A12", "five changes a person and hour", f"{C}/budget.py", "if many >= most:", "if False:", f"{LIFE}::test_a12_the_sixth_change_of_an_hour_is_refused"),
    Guard("A13", "a freeze holds for what was approved before it", f"{C}/checks.py", "if window is not None and not (await self._count(row, plan)).broken:", "if False:", f"{RUN}::test_a13_a_freeze_stops_what_was_approved_before_it"),
    Guard("A14", "break-glass needs a reason", f"{C}/glass.py", "if sum(letter.isalnum() for letter in reason) < LEAST:", "if False:", f"{GLASS}::test_a14_without_a_reason_it_is_refused"),
    Guard("A14", "and a right of its own", f"{C}/glass.py", "RIGHTS: Final = (Permission.REMEDIATION_EXECUTE, Permission.REMEDIATION_BREAK_GLASS)", "RIGHTS: Final = (Permission.REMEDIATION_EXECUTE,)", f"{GLASS}::test_a14_only_whoever_holds_the_right_of_its_own"),
    Guard("A14", "which no star holds", f"{P}/permissions.py", "Permission.REMEDIATION_BREAK_GLASS: False", "Permission.REMEDIATION_BREAK_GLASS: True", f"{GLASS}::test_a14_only_whoever_holds_the_right_of_its_own"),
    Guard("A14", "the right is looked at again when it runs", f"{C}/quorum.py", 'return "" if decision.allow else f"{person.name} may no longer break the glass: {decision.reason}"', 'return ""', f"{GLASS}::test_a14_a_right_that_was_lost_before_the_write_stops_it"),
    Guard("A14", "it is on record and open to review", f"{C}/decide.py", "            await self._keep(case, person, decision, count)\n", "            pass\n", f"{GLASS}::test_a14_a_review_stays_open_until_another_person_closes_it_with_words"),
    Guard("A14", "the audit channel hears of it", f"{C}/decide.py", "            await self._announcer.glass_broken(answer.plan.id)\n", "            pass\n", f"{GLASS}::test_a14_one_person_runs_it_alone_and_everything_else_holds"),
    Guard("A14", "whoever broke it does not review it", f"{C}/reviews.py", "if review.opened_by in (person.id, *person.accounts):", "if False:", f"{GLASS}::test_a14_neither_who_broke_the_glass_nor_who_asked_reviews_it"),
    Guard("hours", "outside working hours a change is riskier", f"{C}/propose.py", "risk, why = at_this_hour(base, draft, policy, self._ledger.clock.now())", "risk, why = base", "test_policy_hours.py::test_outside_it_is_one_class_higher_and_the_card_says_why"),
    Guard("hours", "what was planned by day does not start by night", f"{C}/checks.py", "        if problem := too_late(plan, self._policy.policy, now):\n", "        if problem := '':\n", "test_policy_hours.py::test_what_was_planned_by_day_is_neither_approved_nor_started_by_night"),
    Guard("access", "nobody asks for themselves for what decides about others", f"{C}/runbooks/judging.py", "        if refusal := for_themselves(wish.person, part):\n            return refusal\n", "", f"{ACCESS}::test_nobody_asks_for_themselves_for_what_decides_about_others"),
    Guard("access", "nobody approves what they get", f"{C}/access/rules.py", "if plan.draft.action == GRANT and mine:", "if False:", f"{ACCESS}::test_nobody_approves_what_they_get"),
    Guard("access", "whoever approves manages people", f"{C}/access/rules.py", "return None if decision.allow else decision", "return None", f"{ACCESS}::test_whoever_approves_manages_people"),
    Guard("access", "nothing beyond what the file offers today", f"{P}/overlay.py", "binding is not None and name in binding.people:", "binding is not None:", f"{ACCESS}::test_an_offer_that_leaves_the_file_takes_its_grants_along"),
    Guard("access", "it ends by itself", f"{P}/store.py", "if self._ends is not None and self._clock.now() >= self._ends:", "if False:", f"{ACCESS}::test_it_ends_by_itself_at_the_second"),
    Guard("access", "what waited because of it does not wait after it", f"{C}/access/taking.py", "await self._access.sweep()", "await self._access.refresh()", f"{ACCESS}::test_what_is_taken_back_is_gone_at_once_and_what_waited_because_of_it_too"),
    Guard("access", "nor run", f"{C}/checks.py", "if await self._access.outlived(plan):", "if False:", f"{ACCESS}::test_what_was_approved_before_the_end_does_not_run_after_it"),
    Guard("access", "every process knows it when it decides", f"{C}/changes.py", "        await self._held_now()\n        decided", "        decided", f"{ACCESS}::test_another_process_knows_it_when_it_decides"),
    Guard("teams", "a team's file reaches no place beyond its ceiling", f"{P}/teams.py", "            if not _covered(pattern, allowed, covers):\n", "            if False:\n", f"{TEAMS}::test_what_reaches_beyond_is_refused_with_line_and_key"),
    Guard("teams", "gives no right beyond it", f"{P}/teams.py", "    if beyond:\n", "    if False:\n", f"{TEAMS}::test_what_reaches_beyond_is_refused_with_line_and_key"),
    Guard("teams", "to nobody beyond it", f"{P}/teams.py", "for name in sorted(binding.people - most.people):", "for name in ():", f"{TEAMS}::test_what_reaches_beyond_is_refused_with_line_and_key"),
    Guard("teams", "up to no higher risk", f"{P}/teams.py", "if binding.max_rank > most.max_rank:", "if False:", f"{TEAMS}::test_what_reaches_beyond_is_refused_with_line_and_key"),
    Guard("A15", "what cannot be undone is riskier", f"{C}/risk.py", "if not draft.reversible or draft.rollback is None:", "if False:", f"{LIFE}::test_a15_an_irreversible_change_says_so_and_its_risk_rises"),
    Guard("A16", "what is verified must keep holding", f"{C}/verify.py", "if now - since >= hold_s:", "if True:", f"{RUN}::test_a16_a_change_that_reverts_is_not_success"),
    Guard("A16", "what was true and is not starts over", f"{C}/verify.py", "        else:\n            since = None\n", "", "test_changes_verify.py::test_what_holds_and_lets_go_is_false"),
    Guard("A16", "unreadable is unknown", f"{C}/verify.py", '"unreadable" if seen.state is Observed.UNREADABLE else "false"', '"false"', f"{RUN}::test_a16_a_result_that_cannot_be_read_is_unknown"),
    Guard("A17", "who lost a claim writes nothing", f"{C}/run.py", "if now is None or (now.state, now.claimed_by) != (run.row.state, run.row.claimed_by):", "if False:", f"{KILL}::test_a17_who_was_taken_over_writes_nothing"),
    Guard("A17", "an intent row means: ask the target first", f"{C}/execute.py", "elif await self._hands.intent(row.id, APPLY) is None:", "elif True:", f"{KILL}::test_a17_crash_at_each_point_then_restart"),
    Guard("A17", "the way back is sent once", f"{C}/judge.py", "        if back is None:\n", "        if True:\n", f"{KILL}::test_a17_crash_of_a_change_that_fails_still_rolls_back_once"),
    Guard("A15", "what somebody else set meanwhile is not overwritten by the way back", "tools/remediation/cloud_turn.py", "if any(now.get(key) not in {was[key], wanted.get(key)} for key in was):", "if False:", "test_actions_shape.py::test_what_somebody_else_set_meanwhile_is_not_put_back"),
    Guard("A10", "without an etag nothing is sent to Oracle Cloud", "tools/remediation/cloud_turn.py", "        if not etag:\n", "        if False:\n", "test_actions_backend.py::test_the_etag_is_that_of_the_whole_load_balancer_and_without_one_nothing_is_sent"),
    Guard("A10", "and the write demands the one just read", "tools/remediation/cloud_turn.py", "if_match=etag, **tokens,", "**tokens,", "test_actions_backend.py::test_the_etag_is_that_of_the_whole_load_balancer_and_without_one_nothing_is_sent"),
    Guard("A16", "a pool holds by its instances and not by its number", "tools/remediation/instance_pool.py", "if right == len(states) == size:", "if True:", "test_actions_pool.py::test_a_size_without_its_instances_is_no_success"),
    Guard("A16", "and a node pool by its nodes", "tools/remediation/node_pool.py", "if found.state == ACTIVE and active == len(nodes(found)) == size(found):", "if True:", "test_actions_node_pool.py::test_a_size_without_its_nodes_is_no_success"),
    Guard("A17", "the way back waits for what is still on its way", f"{C}/judge.py", "                if loop.time() >= ends:\n", "                if True:\n", "../contracts/actions/test_still_moving.py::test_it_is_put_back_once_when_it_has_come_to_rest"),
    Guard("A19", "what is settled takes no decision", f"{C}/decide.py", "if row.state not in WAITING or (row.state == APPROVED and click.decision in COUNTED):", "if False:", f"{CLICKS}::test_a19_cancel_by_the_requester_and_reject_by_an_approver"),
    Guard("A20", "every record names the requester", f"{C}/ledger.py", '"requester": row.requester,', "", f"{LIFE}::test_a20_every_record_of_a_plan_names_requester_hash_and_reason"),
    Guard("A21", "look-alike names are flagged", f"{C}/wish.py", ", *confusable_names(names))", ")", f"{LIFE}::test_a21_names_that_look_like_others_are_flagged"),
    Guard("A22", "one proposal a turn and target", f"{C}/propose.py", "if done is not None:", "if False:", f"{LIFE}::test_a22_one_proposal_a_turn_and_target"),
    Guard("A22", "what a person said no to is not proposed again unordered", f"{C}/propose.py", "if no is not None and no.stands(wish):", "if False:", "test_changes_turned_down.py::test_a22_a_model_that_tries_five_times_makes_no_second_card"),
    Guard("A22", "an order from before the no is none", f"{C}/turned_down.py", "turn.request.at < self.at or ", "", "test_changes_turned_down.py::test_an_order_that_was_sent_before_the_no_is_no_new_order"),
    Guard("taint", "a reason reaches a model as data", "agents/conversation/seams.py", "inline(no.reason[:REASON_CHARS], delimiter)", "no.reason", "../journeys/test_bot_turned_down.py::test_a22_a_model_that_retries_five_times_after_a_rejection_gets_one_card"),
    Guard("R1", "what a change saves is shown only where costs may be read", f"{C}/view.py", "plan.saving.words if plan.saving and plan.saving.open", "plan.saving.words if plan.saving", "test_savings.py::test_the_card_shows_the_figure_only_where_costs_may_be_read"),
    Guard("advice", "a model's view takes no class away", f"{C}/beside.py", "return raised(computed) if self.advice is not None and self.advice.higher else computed", "return raised(computed) if self.advice is not None and self.advice.higher else Risk.LOW if self.advice else computed", "test_changes_advice.py::test_it_stands_on_the_card_as_a_models_view_and_is_part_of_the_seal"),
    Guard("advice", "and raises it by one at most", f"{C}/beside.py", "return raised(computed) if", "return raised(raised(computed)) if", "test_changes_advice.py::test_one_class_and_no_more"),
    Guard("advice", "words that play a change down are left out of it", "agents/advice.py", "if not _NOT_ITS_TO_SAY.search(part)", "if part", "test_changes_advice.py::test_names_and_evidence_that_say_low_risk_reach_the_model_as_data_and_change_no_class"),
    Guard("advice", "it is without secrets", "agents/advice.py", '    told = clean(_plain(match["why"]))\n', '    told = _plain(match["why"])\n', "test_changes_advice.py::test_it_is_one_short_line_without_secrets"),
    Guard("advice", "nor is a secret shown to the model", "agents/advice.py", 'clean("\\n".join(lines))', '("\\n".join(lines))', "test_changes_advice.py::test_names_and_evidence_that_say_low_risk_reach_the_model_as_data_and_change_no_class"),
    Guard("undo", "nor over what they changed of a runbook's targets", f"{C}/runbooks/taking_back.py", "None if moved else done.left", "None", "test_runbooks_undo.py::test_what_others_changed_since_is_not_taken_back_with_it"),
    Guard("undo", "the last step of a runbook is taken back first", f"{C}/runbooks/taking_back.py", "enumerate(reversed(await self._done(sealed)), start=1)", "enumerate(await self._done(sealed), start=1)", "test_runbooks_undo.py::test_a_runbook_is_undone_as_one_plan_the_last_step_first"),
    Guard("undo", "no undo over what others changed since", f"{C}/undo.py", "if changed := moved(self.left, reread):", 'if changed := "":', "test_undo_stands.py::test_pressed_after_others_changed_the_target_it_is_refused_in_words_and_leaves_the_card"),
    Guard("undo", "a card does not offer it either", f"{C}/view.py", "can_undo=may_undo(row, plan) and not outcome.undo_gone", "can_undo=may_undo(row, plan)", "test_undo_stands.py::test_a_look_once_a_minute_takes_it_off_the_card_and_gives_it_back"),
    Guard("savings", "what was taken back saves nothing any more", f"{C}/savings.py", "        return later.undo_of == plan.id\n", "        return False\n", "test_savings.py::test_an_entry_a_success_with_its_record_and_none_once_it_is_taken_back"),
    Guard("savings", "only what succeeded is an entry", f"{C}/savings.py", "if row.state != SUCCEEDED:", "if False:", "test_savings.py::test_an_entry_a_success_with_its_record_and_none_once_it_is_taken_back"),
    Guard("taint", "foreign words are red on the card", f"{C}/origins.py", "if came_from:", "if False:", f"{LIFE}::test_arguments_that_nobody_said_are_red_on_the_card"),
    Guard("key", "a signature is of this key and this text", f"{C}/outofband.py", "    if not made_with(key.public, said.text, signed.signature):\n", "    if False:\n", f"{SIGNED}::test_what_is_no_signature_of_theirs_is_refused_and_on_record"),
    Guard("key", "of this person", f"{C}/outofband.py", "if said.person != key.principal or account != key.principal:", "if False:", f"{SIGNED}::test_what_is_no_signature_of_theirs_is_refused_and_on_record"),
    Guard("key", "about this plan, its hash and this decision", f"{C}/outofband.py", "    if theirs != wanted:\n", "    if False:\n", f"{SIGNED}::test_what_is_no_signature_of_theirs_is_refused_and_on_record"),
    Guard("key", "and was made just now", f"{C}/outofband.py", "abs(now - said.time) <= FRESH", "True", f"{SIGNED}::test_what_is_no_signature_of_theirs_is_refused_and_on_record"),
    Guard("key", "only an enrolled key counts", f"{C}/outofband.py", '    if key.state != "enrolled":\n', "    if False:\n", f"{SIGNED}::test_a_key_counts_when_its_person_and_another_admin_have_said_so"),
    Guard("key", "a revoked key takes its signature along", f"{C}/outofband.py", "        if not good and signature.alone:\n", "        if False:\n", f"{SIGNED}::test_a_key_revoked_before_the_run_takes_its_signature_with_it"),
    Guard("key", "a key never stands in for a Slack that says no", f"{C}/outofband.py", 'if actor.standing == "unknown" else actor', "", f"{SIGNED}::test_a_slack_that_says_no_stops_it_before_the_run"),
    Guard("key", "its person and an admin enrol it, never one of them", "storage/keys.py", "self.owned_at is not None and self.confirmed_at is not None", "self.owned_at or self.confirmed_at", f"{SIGNED}::test_an_admin_alone_enrols_no_key_neither_theirs_nor_in_anothers_name"),
    Guard("key", "a key that others may read is not used", "agents/keys/private.py", "            if mode & OTHERS:\n", "            if False:\n", "test_keys_private.py::test_what_others_may_read_or_write_is_not_used"),
    Guard("A12", "the way back takes no room and needs none", f"{C}/budget.py", "if not counts(wish):", "if False:", f"{LIFE}::test_a12_the_way_back_never_counts_and_is_never_refused_for_want_of_room"),
    Guard("R1", "who changes a node may change all namespaces", "tools/remediation/node.py", "allow(call, api.name, WHOLE)", "pass", "test_actions_nodes.py::test_whose_rights_end_at_a_namespace_may_not_touch_a_node"),
    Guard("lease", "the lease is asked before each try of a post", "bot/telling.py", "            self.lease.must_hold()\n", "", "test_bot_telling.py::test_who_was_asked_to_wait_and_is_taken_for_dead_meanwhile_says_nothing"),
    Guard("once", "an earlier post is looked for on every page", "bot/outgoing.py", "            if not cursor:\n", "            if True:\n", "test_bot_telling.py::test_an_earlier_post_is_found_in_a_long_thread"),
    Guard("stop", "a stop holds a claim back", f"{C}/execute.py", "if await self._checks.stopped():", "if False:", f"{LIFE}::test_stop_all_holds_back_an_approved_plan_until_resumed"),
    Guard("stop", "and a write", f"{C}/execute.py", "            await self._checks.still_open(run.row, run.plan)\n", "", f"{RUN}::test_stop_all_between_claim_and_write_sends_nothing"),
    Guard("stop", "two admins resume", f"{C}/stopping.py", "if len(set(votes) - gone) < RESUME_VOTES:", "if False:", f"{LIFE}::test_stop_all_by_any_operator_resumed_by_two_admins"),
    Guard("U1", "the intent row comes before the write", f"{C}/execute.py", "        await self._hands.intend(run, APPLY, reread.precondition)\n", "", f"{RUN.replace('execute', 'life')}::test_u1_the_intent_row_is_committed_before_the_write"),
    Guard("U1", "a decision before each read", f"{G}/gate.py", "seq = await self._records.decision(turn, tool.name, final, decision, policy)", "seq = 1", f"{CALLS}::test_a_call_has_a_decision_before_and_a_result_after"),
    Guard("U2", "a move without its audit row is no move", f"{C}/ledger.py", '            await self.trail.record(tx, self.event(row, f"plan.{move.to.value}", move))\n', "            pass\n", f"{RUN}::test_u2_without_the_audit_nothing_is_written"),
    Guard("U3", "an outcome without audit is spooled", f"{C}/finish.py", "spooled = spooled or await self._spool(row, move, happened)", "spooled = True", f"{RUN}::test_u3_an_outcome_without_audit_is_flagged_spooled_and_replayed"),
    Guard("U4", "an edited row is found", f"{AUDIT}/walk.py", 'if sha256(prev + seq.to_bytes(8, "big") + body).digest() != digest:', "if False:", f"{TAMPERED}::test_the_first_bad_row_is_named"),
    Guard("U4", "a cut at the end is found", f"{AUDIT}/verify.py", "    if last < expected:\n", "    if False:\n", f"{TAMPERED}::test_truncation_together_with_the_heads_of_the_database_is_found_by_the_anchor"),
    Guard("U4", "a chain rewritten with the key is found", f"{AUDIT}/verify.py", "if expected is not None and expected != digest:", "if False:", f"{TAMPERED}::test_a_chain_rewritten_with_the_key_and_made_longer_is_found"),
    Guard("U4", "a forged head is found", f"{AUDIT}/headcheck.py", "        if signed[head.signature]:\n", "        if True:\n", f"{TAMPERED}::test_a_forged_head_is_found"),
    Guard("U4", "no head is signed over edited rows", f"{AUDIT}/signer.py", "            await self._whole(tx, seq)\n", "            pass\n", f"{TAMPERED}::test_the_bot_signs_nothing_over_rows_that_were_edited"),
    Guard("U5", "one writer at a time", "storage/sqlite.py", 'begin = "BEGIN IMMEDIATE"', 'begin = "BEGIN DEFERRED"', "test_audit_processes.py::test_u5_eight_writers_in_two_processes"),
    Guard("U6", "what a change records is redacted", "agents/trail.py", "return await self._db.audit.append(tx, self.redacted(event))", "return await self._db.audit.append(tx, event)", f"{LIFE}::test_u6_no_secret_that_is_said_reaches_the_audit"),
    Guard("U6", "what a read records is redacted", "agents/trail.py", "        clean = self.redacted(event)\n", "        clean = event\n", f"{CALLS}::test_u6_no_argument_with_a_secret_reaches_the_audit"),
    Guard("U7", "what is forgotten on purpose is signed", f"{AUDIT}/purge.py", "    await signer.sign_purge(tx, row.seq, row.hash)\n", "", "test_audit_purge.py::test_u7_old_rows_go_and_what_is_left_verifies"),
    Guard("U7", "and the table refuses again", f"{AUDIT}/purge.py", "    await tx.run(CLOSE[tx.dialect])\n", "", "test_audit_purge.py::test_the_table_is_append_only_again"),
    Guard("U8", "an edited export is found", f"{AUDIT}/export.py", "if link(bytes.fromhex(prev), seq, body.encode()).hex() != digest:", "if False:", "test_audit_export.py::test_an_edited_export_is_found"),
    Guard("U9", "no row is edited", "storage/migrations/audit_ddl.py", '        sqlite_guard(table, "update"),\n', "", f"{STORED}::test_u9_what_is_written_can_only_be_added_to"),
    Guard("U9", "no row is replaced", "storage/migrations/audit_ddl.py", '        sqlite_guard(table, "insert", f" WHEN EXISTS ({known})"),\n', "", "test_storage_database.py::test_a_stranger_with_another_program_cannot_replace_a_row"),
    Guard("U11", "the chain has its own order", f"{AUDIT}/store.py", "order = AuditRecord.seq.desc() if newest else AuditRecord.seq", "order = AuditRecord.ts", f"{STORED}::test_u11_a_clock_that_goes_back_does_not_reorder"),
    Guard("R1", "namespaces limit a grant", f"{P}/matching.py", "        and (not where.namespace or any_matches(part.namespaces, where.namespace))\n", "", f"{DECIDE}::test_r1_matrix"),
    Guard("R2", "an explicit deny wins", f"{P}/policy.py", "if denies(binding, asked):", "if False:", f"{DECIDE}::test_an_explicit_deny_wins_wherever_it_stands"),
    Guard("R3", "only reads are tools", "tools/reads/k8s_logs.py", 'permission="kubernetes:logs"', 'permission="remediation:execute"', "test_policy_registry.py::test_r3_tools"),
    Guard("R4", "an error is a no", f"{P}/policy.py", 'return Decision(False, "error"', 'return Decision(True, "error"', f"{DECIDE}::test_r4_an_evaluation_error_is_a_deny"),
    Guard("R4", "only members have rights", f"{P}/policy.py", 'if actor.standing != "member":', "if False:", f"{DECIDE}::test_only_members_have_rights"),
    Guard("R5", "what was checked is what runs", f"{P}/matching.py", "(checked and final and checked != final)", "False", f"{DECIDE}::test_what_was_checked_is_what_runs"),
    Guard("R6", "a cached result is for equals only", f"{G}/kept.py", "tool.family or tool.name, reach,", 'tool.family or tool.name, "",', f"{CALLS}::test_r6_the_second_person_is_judged_as_themselves_and_never_served_from_the_firsts_cache"),
    Guard("R7", "a direct message is no channel", f"{P}/matching.py", "name = PRIVATE.get(place.kind, place.channel)", "name = place.channel", f"{DECIDE}::test_r7_a_direct_message_is_not_a_channel"),
    Guard("R8", "a changed file is read", f"{P}/store.py", "if stamp == self._seen:", "if True:", f"{DECIDE}::test_r8_revocation_is_effective_at_the_next_reload"),
    Guard("R9", "a star stays inside one name", f"{P}/globs.py", 'star = r"[^/\\r\\n]+" if pattern != "*" else r"[^\\r\\n]+"', 'star = r".*"', f"{DECIDE}::test_r9_globs_match_whole_names_only"),
    Guard("A10", "a write to Oracle demands the etag just read", "tools/remediation/cloud_item.py", 'more: Json = {"if_match": etag} if etag else {}', "more: Json = {}", "test_actions_alarm.py::test_the_write_demands_the_etag_that_was_read_and_a_refused_way_back_is_no_way_back"),
    Guard("A15", "the way back leaves alone what others made of it", "tools/remediation/cloud_fields.py", "        if not is_so(now, wanted(draft)):", "        if False:", "test_actions_alarm.py::test_what_somebody_else_made_of_it_meanwhile_is_left_alone"),
    Guard("A12", "the key that I sign with is never deleted", "tools/remediation/api_key_delete.py", "    _not_ours(call, print_)\n", "", "test_actions_secret.py::test_the_keys_that_i_sign_with_are_never_deleted"),
    Guard("A12", "a volume is deleted with a backup of today alone", "tools/remediation/volume_delete.py", "    kept = _kept(call, found, backups)\n", '    kept = ""\n', "test_actions_volume.py::test_only_what_nothing_holds_and_was_backed_up_today_is_deleted"),
    Guard("A12", "and looked at once more before it goes", "tools/remediation/volume_delete.py", "    await _free(await item_of(call, VOLUME, draft))\n", "", "test_actions_volume.py::test_attached_between_click_and_start_nothing_is_deleted"),
    Guard("limits", "twelve calls a turn", f"{G}/turn.py", "if self.calls <= 0:", "if False:", f"{CALLS}::test_twelve_calls_a_turn"),
    Guard("limits", "foreign text is enveloped", f"{G}/shown.py", "enclosed(text, tool, turn.delimiter) if result.untrusted else text", "text", f"{CALLS}::test_text_of_others_is_enveloped_and_taints_the_turn"),
)  # fmt: skip

STRUCTURE = (
    ("A2", "Approved is built in one place; the executor takes a plan id", f"{RUN}::test_a2_approved_is_built_in_one_place_only"),
    ("A8", "a button carries its own plan's id", f"{CLICKS}::test_a8_a_stale_button_resolves_to_its_own_plan"),
    ("A15", "the way back is part of the sealed plan", f"{LIFE}::test_a15_the_way_back_is_stored_before_the_first_write"),
    ("A18", "nothing but a click approves", f"{LIFE}::test_proposing_alone_never_executes"),
    ("U10", "a hundred thousand rows verify in seconds, a flaw among them is found", "test_audit_speed.py::test_a_hundred_thousand_rows_verify_and_a_flaw_in_them_is_found"),
    ("R10", "a decision takes less than a millisecond", f"{DECIDE}::test_r10_a_decision_takes_less_than_a_millisecond"),
)  # fmt: skip
