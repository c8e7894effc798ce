-- What is sealed stands on a posting below which nothing is still to come.

DROP FUNCTION IF EXISTS hold_editions, settled_posting;


-- The last posting, once every write that is under way has ended: all with lower numbers are committed, or never will be.
-- To be asked by itself: the lock lasts as long as the transaction, and keeps writers waiting.
CREATE FUNCTION settled_posting() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    LOCK TABLE posting IN SHARE MODE;
    RETURN (SELECT max(number) FROM posting);
END $$;

-- One seals at a time: an edition follows the one before it. Readers read.
CREATE FUNCTION hold_editions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    LOCK TABLE edition IN SHARE ROW EXCLUSIVE MODE;
END $$;
