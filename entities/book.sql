-- What readers think of each book.
CREATE VIEW book_rating AS
SELECT book.id AS book_id, COUNT(review.id) AS reviews, AVG(review.stars) AS stars
FROM book
LEFT JOIN review ON review.book_id = book.id
GROUP BY book.id;
