-- Searches for a text without three letters or digits in a row, such as "o3" or "5.1": pg_trgm finds texts by three characters.
-- Law: a text that contains another one contains all its pairs of characters.
create function character_pairs(text text) returns text[] language sql immutable parallel safe as $$
  select case when char_length(text) < 2 then array[text] else (
    select array_agg(a || b) from (select string_to_array(text, null)) c (chars), unnest(c.chars, c.chars[2:]) x (a, b)
    where b is not null) end
$$;
-- Without a call of the other function: an index must not depend on the search path.
create function short_texts(statement text, slug text) returns text[] language sql immutable parallel safe as $$
  select array_agg(a || b) filter (where b is not null) || min(c.chars)
  from (select string_to_array(lower(statement || ' ' || slug), null)) c (chars), unnest(c.chars, c.chars[2:]) x (a, b)
$$;
create index prediction_words_by_short_text on prediction_words using gin (short_texts(statement, slug));

-- Lists of an earlier moment by when predictions were resolved.
create index resolutions_in_order on resolutions (decided_at, prediction_id) include (known_at, seq, outcome);
