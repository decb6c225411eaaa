-- model_releases, model_suspensions: is_news is whether an event was sent. Law: false where it was known too late to be news.
alter table model_releases rename column told to is_news;
alter table model_suspensions rename column told to is_news;
