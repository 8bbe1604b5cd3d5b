-- Parts of small inserts are merged when there are more of them: with the engine's own measure (5) a row of a live stream
-- is written again so often that merging takes a third of all the work. Where parts pile up the engine lowers it itself.
ALTER TABLE {database}.events MODIFY SETTING merge_selector_base = 25
--;;
ALTER TABLE {database}.rollup_minute MODIFY SETTING merge_selector_base = 25
--;;
ALTER TABLE {database}.rollup_quarter MODIFY SETTING merge_selector_base = 25
--;;
ALTER TABLE {database}.rollup_day MODIFY SETTING merge_selector_base = 25
