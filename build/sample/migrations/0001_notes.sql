CREATE TABLE IF NOT EXISTS notes (
    id bigserial PRIMARY KEY,
    body text NOT NULL,
    embedding vector(3) NOT NULL,
    place geography(point) NOT NULL DEFAULT ST_MakePoint(0, 0)
)
